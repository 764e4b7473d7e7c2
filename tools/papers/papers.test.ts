import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const papers = ['SECURITY.md', ...globSync('docs/security/*.md', { cwd: root })]
const documents = globSync(['*.md', 'docs/**/*.md', '{libs,services}/*/README.md', 'examples/*.md'], { cwd: root })
const isPath = (text: string) =>
  /^[\w.-]+(\/[\w.-]+)+$/.test(text) || /^[\w-]*\.[\w.-]*(md|yml|json|dockerignore)$/.test(text)

describe.each(papers)('%s', (paper) => {
  it('names files that exist', () => {
    const inCode = [...read(paper).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text).filter(isPath)
    expect(inCode.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

describe.each(documents)('%s', (document) => {
  it('links only to files that exist', () => {
    const links = [...read(document).matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, link = '']) =>
      join(dirname(document), link),
    )
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

describe('the settings in .env.example', () => {
  const named = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name).toSorted()

  it('are those that docker-compose.yml reads', () => {
    const used = new Set([...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name))
    // Compose reads COMPOSE_PROFILES by itself.
    expect([...used, 'COMPOSE_PROFILES'].toSorted()).toEqual(named)
  })

  it('are those that docs/guides/operating.md describes', () => {
    const [table = ''] = read('docs/guides/operating.md').split('\n## The first user')
    const described = [...table.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? [])
    expect(described.toSorted()).toEqual(named)
  })
})

describe('docs/guides/guard.md', () => {
  const guide = read('docs/guides/guard.md')

  /** Each of its dashes once as it is and once as an underscore. */
  const spellings = (name: string) =>
    name
      .split('-')
      .reduce<string[]>(
        (all, part) => (all.length ? all.flatMap((it) => [`${it}-${part}`, `${it}_${part}`]) : [part]),
        [],
      )

  it.each(['X-Auth-User-Id', 'X-Auth-Username', 'X-Auth-Roles'])(
    'has Traefik drop every name that could pass for another, and names those of %s with underscores',
    (name) => {
      expect(guide).toContain('aliasHeadersStrategy: delete')
      for (const spelling of spellings(name).filter((it) => it !== name)) expect(guide).toContain(`${spelling}: ''`)
    },
  )

  it('has Envoy refuse paths that can be read in two ways', () => {
    for (const setting of [
      'normalize_path: true',
      'merge_slashes: true',
      'path_with_escaped_slashes_action: REJECT_REQUEST',
    ])
      expect(guide).toContain(setting)
    expect(guide).not.toMatch(/^\s*path_prefix/m)
  })
})

type Row = { id: string; level: number; state: string; by: string; before: string }
const rows: Row[] = [...read('docs/security/asvs.md').matchAll(/^\| (\d+\.\d+\.\d+) \|(.*)\|$/gm)].map(
  ([, id = '', cells = '']) => {
    const [level = '', , state = '', by = '', before = ''] = cells.split('|').map((cell) => cell.trim())
    const plain = state.replaceAll('*', '')
    return { id, level: Number(level.slice(1)), state: plain, by, before: before || plain }
  },
)
const levels: Record<string, number> = JSON.parse(read('tools/papers/asvs-5.0.0.json'))

describe('the rows of ASVS 5.0.0', () => {
  it('are those of the standard, each once, and all of levels 1 and 2', () => {
    expect(rows.map(({ id, level }) => [id, level])).toEqual(
      Object.entries(levels).filter(([id, level]) => level < 3 || rows.some((row) => row.id === id)),
    )
  })

  it('are met, not met or not applicable, and those of level 3 are met', () => {
    for (const { id, level, state, before } of rows)
      for (const it of level === 3 ? [state] : [state, before])
        expect(level === 3 ? ['met'] : ['met', 'not met', 'n/a'], id).toContain(it)
  })

  it('name a file if they are met, and a reason if they are not', () => {
    for (const { id, state, by } of rows) {
      const paths = [...by.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text).filter(isPath)
      if (state === 'met') expect(paths, id).not.toEqual([])
      expect(by.length, id).toBeGreaterThan(5)
    }
  })

  it.each([1, 2])('of level %i are counted correctly', (level) => {
    const count = (of: (row: Row) => string) =>
      ['met', 'n/a', 'not met'].map((state) => rows.filter((it) => it.level === level && of(it) === state).length)
    const counts = [...count((it) => it.state), ...count((it) => it.before)]
    expect(read('docs/security/asvs.md')).toContain(`| L${level} | ${counts.join(' | ')} |`)
  })
})

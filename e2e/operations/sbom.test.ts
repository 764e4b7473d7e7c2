import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

type Component = { type: string; purl?: string; name: string; version: string; hashes?: { content: string }[] }
type Locked = Record<string, { version: string; integrity?: string; link?: boolean; name?: string }>

const root = fileURLToPath(new URL('../..', import.meta.url))
const committed: Locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-sbom-'))
  execFileSync('node', [join(root, 'tools/supply-chain/write-sboms.ts'), folder], { cwd: root })
})
afterAll(() => rmSync(folder, { recursive: true }))

const read = (image: string) => readFileSync(join(folder, `${image}.cdx.json`), 'utf8')
const componentsOf = (image: string): Component[] => JSON.parse(read(image)).components
const purl = (name: string, version: string) =>
  `pkg:npm/${name.split('/').map(encodeURIComponent).join('/')}@${version}`
const packageName = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** npm's own record of what it put into the image. */
const installedIn = (image: string) => {
  const record = [
    'run',
    '--rm',
    '--network=none',
    '--entrypoint=cat',
    `gatehouse/${image}`,
    '/app/node_modules/.package-lock.json',
  ]
  const { packages }: { packages: Locked } = JSON.parse(execFileSync('docker', record, { encoding: 'utf8' }))
  return Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link)
}

describe.each(['gateway', 'identity', 'migrations', 'operator', 'secrets'])(
  'the bill of materials of the image %s',
  (image) => {
    it('is valid CycloneDX 1.6', async () => {
      expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(read(image))).toBeNull()
    })

    it('names Node and the packages of the distribution', () => {
      const components = componentsOf(image)
      expect(components.filter(({ type }) => type === 'platform')).toMatchObject([{ name: 'node' }])
      expect(components.filter((it) => it.purl?.startsWith('pkg:deb/')).map(({ name }) => name)).toContain('libc6')
    })
  },
)

describe.each(['gateway', 'identity', 'migrations', 'operator'])('the npm packages of the image %s', (image) => {
  const listed = () => componentsOf(image).filter((it) => it.type === 'library' && it.purl?.startsWith('pkg:npm/'))

  it('are exactly those that npm installed in it', () => {
    const installed = installedIn(image).map(([path, { version }]) => purl(packageName(path), version))
    expect(listed().map((it) => it.purl)).toEqual([...new Set(installed)].sort())
  })

  it('have the hashes of package-lock.json', () => {
    const hashes = new Set(Object.values(committed).map(({ integrity }) => integrity))
    for (const { name, hashes: [hash] = [] } of listed())
      expect(hashes, name).toContain(`sha512-${Buffer.from(hash?.content ?? '', 'hex').toString('base64')}`)
  })
})

it('holds no package manager: what is not installed at build time never is', () => {
  for (const image of ['gateway', 'identity', 'migrations', 'operator', 'secrets'])
    expect(componentsOf(image).filter(({ name }) => ['npm', 'yarn', 'corepack', 'pnpm'].includes(name))).toEqual([])
})

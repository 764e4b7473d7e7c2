import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const script =
  'set -eu; root=$1; shift; . "$root/tools/terminal/steps.sh"; . "$root/tools/offline/build-stand-ins.sh"; "$@"'
const shell = (...call: string[]) => ['-c', script, 'bash', root, ...call]

const archiveOf = (text: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-archive-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'archive.tgz'), text)
  return join(folder, 'archive.tgz')
}
const sha512 = (text: string) => createHash('sha512').update(text).digest('hex')

describe('the stand-in of the node image', () => {
  it('takes node by the hash of package-lock.json and npm by that of packageManager', () => {
    const [node = '', npm = ''] = execFileSync('bash', shell('stand_in_node_packages'), { encoding: 'utf8' })
      .trim()
      .split('\n')
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
    const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const [name, hash = ''] = node.split(' ')
    const pinned = lock.packages[`node_modules/${name?.split('@')[0]}`]
    expect(name?.split('@')[1]).toBe(pinned.version)
    expect(`sha512-${Buffer.from(hash, 'hex').toString('base64')}`).toBe(pinned.integrity)
    expect(npm.replace(' ', '+sha512.')).toBe(packageManager)
  })

  it.each([
    ['the pinned bytes', sha512('good'), 0],
    ['other bytes', sha512('evil'), 1],
    ['no hash at all', '', 1],
    ['a shortened hash', sha512('good').slice(0, 64), 1],
  ])('verifies an archive: %s', (_, hash, status) => {
    expect(spawnSync('bash', shell('stand_in_verify_archive', archiveOf('good'), hash, 'node')).status).toBe(status)
  })
})

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)
const root = new URL('../..', import.meta.url).pathname
const sha512 = (bytes: Buffer) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`

const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-tampered-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

const packageWith = async (source: string) => {
  const folder = await newFolder()
  await mkdir(join(folder, 'package'))
  await writeFile(join(folder, 'package/package.json'), JSON.stringify({ name: 'leaf', version: '1.0.0' }))
  await writeFile(join(folder, 'package/index.js'), source)
  await run('tar', ['-czf', 'leaf.tgz', 'package'], { cwd: folder })
  return readFile(join(folder, 'leaf.tgz'))
}

/** A registry that announces the hash of whatever it serves, like a compromised one. */
const startRegistry = async (tarball: Buffer) => {
  const server = createServer((request, response) => {
    if (request.url?.endsWith('.tgz')) return void response.end(tarball)
    const dist = { tarball: `${url}/leaf.tgz`, integrity: sha512(tarball) }
    const versions = { '1.0.0': { name: 'leaf', version: '1.0.0', dist } }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ name: 'leaf', 'dist-tags': { latest: '1.0.0' }, versions }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => void server.close())
  return url
}

/** Installs `leaf` by a lock file with this hash, under this repository's own .npmrc. */
const install = async (integrity: string | undefined, served: Buffer) => {
  const folder = await newFolder()
  const manifest = { name: 'project', version: '1.0.0', dependencies: { leaf: '1.0.0' } }
  const packages = { '': manifest, 'node_modules/leaf': { version: '1.0.0', integrity } }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ ...manifest, lockfileVersion: 3, packages }))
  await copyFile(join(root, '.npmrc'), join(folder, '.npmrc'))
  const registry = await startRegistry(served)
  // Set explicitly, because `npm run --silent` is inherited.
  const quiet = ['--fetch-retries=0', '--no-audit', '--loglevel=error']
  const options = ['--registry', registry, '--cache', join(folder, 'cache'), ...quiet]
  const outcome = await run('npm', ['ci', ...options], { cwd: folder }).then(
    () => 'installed',
    (error: { stderr: string }) => /npm error code (\S+)/.exec(error.stderr)?.[1] ?? error.stderr,
  )
  const source = await readFile(join(folder, 'node_modules/leaf/index.js'), 'utf8').catch(() => 'nothing')
  return { outcome, source }
}

describe('npm ci', () => {
  it('installs a package with the hash of the lock file', async () => {
    const good = await packageWith('good')
    expect(await install(sha512(good), good)).toEqual({ outcome: 'installed', source: 'good' })
  }, 30_000)

  it('refuses other bytes, whatever hash the registry announces', async () => {
    const [good, evil] = await Promise.all([packageWith('good'), packageWith('evil')])
    expect(await install(sha512(good), evil)).toEqual({ outcome: 'EINTEGRITY', source: 'nothing' })
  }, 30_000)

  it('installs any bytes if the lock file has no hash, which is why the check requires one', async () => {
    expect(await install(undefined, await packageWith('evil'))).toEqual({ outcome: 'installed', source: 'evil' })
  }, 30_000)
})

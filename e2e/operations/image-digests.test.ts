import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)
const repository = fileURLToPath(new URL('../..', import.meta.url))
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const imageType = 'application/vnd.oci.image'
const emptyTar = Buffer.alloc(1024)
const layer = gzipSync(emptyTar)

/** An image without a file in it, that differs from others by its label. */
const imageWith = (label: string) => {
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Labels: { label } },
      rootfs: { type: 'layers', diff_ids: [digestOf(emptyTar)] },
    }),
  )
  const part = (kind: string, bytes: Buffer) => ({
    mediaType: imageType + kind,
    size: bytes.length,
    digest: digestOf(bytes),
  })
  const content = { config: part('.config.v1+json', config), layers: [part('.layer.v1.tar+gzip', layer)] }
  return {
    config,
    manifest: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: `${imageType}.manifest.v1+json`, ...content })),
  }
}

/** A registry on loopback whose every tag names one image, until it moves. */
const startRegistry = async () => {
  const blobs = new Map<string, Buffer>([[digestOf(layer), layer]])
  let current = ''
  const server = createServer((request, response) => {
    const [, kind = '', reference = ''] = /\/(manifests|blobs)\/(.*)$/.exec(request.url ?? '') ?? []
    if (kind === '') return void response.end('{}')
    const digest = reference.startsWith('sha256:') ? reference : current
    const bytes = blobs.get(digest)
    if (!bytes) return void response.writeHead(404).end()
    const type = kind === 'manifests' ? `${imageType}.manifest.v1+json` : 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length, 'docker-content-digest': digest })
    response.end(request.method === 'HEAD' ? undefined : bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const moveTagsTo = (label: string) => {
    const { config, manifest } = imageWith(label)
    for (const it of [config, manifest]) blobs.set(digestOf(it), it)
    current = digestOf(manifest)
    return current
  }
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, moveTagsTo }
}

const variables = ['NODE_IMAGE', 'POSTGRES_IMAGE', 'RABBITMQ_IMAGE', 'NGINX_IMAGE']

/** A machine without stand-ins, whose official images are those of this registry. */
const newMachine = async (registry: string) => {
  const root = await mkdtemp(join(tmpdir(), 'gatehouse-images-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await writeFile(
    join(root, '.env.example'),
    variables.map((it) => `${it}=${registry}/${it.toLowerCase()}:1\n`).join(''),
  )
  const parts = 'for part in "$1"/tools/{terminal,machine,offline,commands}/*.sh; do . "$part"; done'
  const script = (command: string) =>
    `set -euo pipefail; root=$2; ${parts}; stand_in_is_built() { return 1; }; engine_ensure() { :; }; ${command}`
  const { NODE_IMAGE: _, POSTGRES_IMAGE: __, RABBITMQ_IMAGE: ___, NGINX_IMAGE: ____, ...env } = process.env
  const call = (command: string) =>
    run('bash', ['-c', script(command), 'bash', repository, root], { env }).then(({ stdout }) => stdout)
  const used = async () => (await readFile(join(root, '.gatehouse/images.env'), 'utf8')).trim().split('\n')
  return { call, used }
}

it('the digest of the first pull is kept while the tag moves and the image is gone, until newer ones are asked for', async () => {
  const registry = await startRegistry()
  const expected = (digest: string) => variables.map((it) => `${it}=${registry.address}/${it.toLowerCase()}@${digest}`)
  const removeAll = async () => {
    const { stdout } = await run('docker', ['image', 'ls', '--no-trunc', '--quiet', `${registry.address}/*`])
    const ids = [...new Set(stdout.split('\n').filter((it) => it !== ''))]
    if (ids.length > 0) await run('docker', ['image', 'rm', '--force', ...ids])
  }
  onTestFinished(removeAll)

  const first = registry.moveTagsTo('first')
  const machine = await newMachine(registry.address)
  await machine.call('images_ensure')
  expect(await machine.used()).toEqual(expected(first))

  const second = registry.moveTagsTo('second')
  await removeAll()
  await machine.call('images_ensure')
  expect(await machine.used()).toEqual(expected(first))
  const [, image = ''] = (await machine.used())[0]?.split('=') ?? []
  const { stdout: label } = await run('docker', ['image', 'inspect', '--format', '{{.Config.Labels.label}}', image])
  expect(label.trim()).toBe('first')

  expect(await machine.call('command_images update')).toContain(
    `node_image@${first} -> ${registry.address}/node_image@${second}`,
  )
  expect(await machine.used()).toEqual(expected(second))
})

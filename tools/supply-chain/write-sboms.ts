// Writes the bill of materials of each image that docker-compose.yml builds: write-sboms.ts FOLDER
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { createSbom, type Inventory } from './sbom.ts'

const docker = (args: string[], input?: string) =>
  execFileSync('docker', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...(input !== undefined && { input }) })

type Compose = { services: Record<string, { image: string; build?: object }> }
const { services }: Compose = JSON.parse(docker(['compose', '--profile', '*', 'config', '--format', 'json']))
const built = [...new Set(Object.values(services).flatMap(({ build, image }) => (build ? [image] : [])))].sort()

const inventory = readFileSync(new URL('inventory.ts', import.meta.url), 'utf8')
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

/** Read from the image, because a layer can contain what no lock file lists. */
const inventoryOf = (id: string): Inventory => {
  const isolation = ['--network=none', '--read-only', '--cap-drop=ALL', '--entrypoint=node']
  return JSON.parse(
    docker(['run', '--rm', '--interactive', ...isolation, id, '--input-type=module-typescript', '-'], inventory),
  )
}

const [folder = '.gatehouse/sbom'] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
for (const name of built) {
  const [id = '', created = ''] = docker(['image', 'inspect', '--format', '{{.Id}} {{.Created}}', name])
    .trim()
    .split(' ')
  const path = join(resolve(folder), `${basename(name)}.cdx.json`)
  writeFileSync(path, `${JSON.stringify(createSbom({ name, version, id, created }, inventoryOf(id)), null, 2)}\n`)
  process.stdout.write(`${path}\n`)
}

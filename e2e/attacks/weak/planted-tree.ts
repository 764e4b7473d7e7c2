import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plant, planted } from '../../support/planted.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What compose.yml beside this file mounts in place of what ships. */
const mounted = [
  'services/identity/src',
  'services/gateway/src',
  'migrations/src',
  'libs/service/src',
  'libs/token-verifier/src',
  'infra/nginx',
  'infra/secrets',
]

/**
 * A copy of the sources that the weak stack runs, with all plants in it.
 * @throws Error when a source no longer holds what a plant changes, or no container runs that source
 */
export const makePlantedTree = (plants: Plant[]) => {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-weak-'))
  const remove = () => rmSync(path, { recursive: true })
  try {
    for (const folder of mounted) cpSync(join(root, folder), join(path, folder), { recursive: true })
    for (const plant of plants) {
      if (!mounted.some((it) => plant.file.startsWith(`${it}/`)))
        throw new Error(`the weak stack mounts no ${plant.file}`)
      const file = join(path, plant.file)
      writeFileSync(file, planted(readFileSync(file, 'utf8'), plant))
    }
    return { path, remove }
  } catch (error) {
    remove()
    throw error
  }
}

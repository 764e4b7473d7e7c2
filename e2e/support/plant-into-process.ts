import { registerHooks } from 'node:module'
import { type Plant, planted } from './planted.ts'

/**
 * For files that are preloaded into a process of ours (`node --import`): the source that the environment's PLANT names is
 * changed as it is loaded, and nothing on the disk.
 * @throws Error when there is no such plant
 */
export const plantIntoProcess = (plants: Record<string, Plant>) => {
  const name = process.env.PLANT
  const [, plant] = Object.entries(plants).find(([it]) => it === name) ?? []
  if (!plant) throw new Error(`There is no plant "${name}".`)
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      if (!url.endsWith(`/${plant.file}`)) return loaded
      return { ...loaded, source: planted(String(loaded.source), plant) }
    },
  })
}

import { registerHooks } from 'node:module'
import { planted, plants } from './plants.ts'

// Preloaded into a process of ours (`node --import`): the one file is changed as it is loaded, and nothing on the disk.
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

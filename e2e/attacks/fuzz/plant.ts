import { registerHooks } from 'node:module'
import { planted } from '../../faults/planted/plants.ts'
import { plants } from './plants.ts'

// Preloaded into the fuzz' own process (`node --import`): one file is changed as it is loaded, and nothing on the disk.
const name = process.env.PLANT
const [, plant] = Object.entries(plants).find(([it]) => it === name) ?? []
if (!plant) throw new Error(`There is no plant "${name}".`)

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    return url.endsWith(`/${plant.file}`) ? { ...loaded, source: planted(String(loaded.source), plant) } : loaded
  },
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const plantFile = fileURLToPath(new URL('../planted/plant.ts', import.meta.url))
const isOver = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

/**
 * Processes of one kind that are killed, the oldest first, and replaced.
 * @param plant a mistake to plant into each (see ../planted/plants.ts)
 */
export const startVictims = (script: string, args: string[], count: number, plant: string | null) => {
  const alive: ChildProcess[] = []
  const start = () => {
    const preload = plant === null ? [] : ['--import', plantFile]
    const env = { ...process.env, ...(plant !== null && { PLANT: plant }) }
    alive.push(spawn(process.execPath, [...preload, script, ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }))
  }
  const killOldest = async () => {
    const child = alive.shift()
    if (!child) return
    if (isOver(child)) throw new Error(`${script} ended by itself, with ${child.exitCode ?? child.signalCode}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  for (let nth = 0; nth < count; nth += 1) start()
  return {
    /** A process that ended by itself is an error here. */
    killAndReplace: async () => {
      await killOldest()
      start()
    },
    stop: async () => {
      while (alive.length > 0) await killOldest()
    },
  }
}

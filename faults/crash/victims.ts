import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const plantFile = fileURLToPath(new URL('../planted/plant.ts', import.meta.url))
const isOver = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

/**
 * Processes of one kind that are killed and replaced.
 * @param argsOf arguments of the first, the second, ... that is started
 * @param plant a mistake to plant into each (see ../planted/plants.ts)
 */
export const startVictims = (
  script: string,
  argsOf: (nth: number) => string[],
  count: number,
  plant: string | null,
) => {
  const alive = new Map<number, ChildProcess>()
  let started = 0
  const start = () => {
    started += 1
    const args = argsOf(started)
    const preload = plant === null ? [] : ['--import', plantFile]
    const env = { ...process.env, ...(plant !== null && { PLANT: plant }) }
    alive.set(
      started,
      spawn(process.execPath, [...preload, script, ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }),
    )
  }
  const kill = async (nth: number) => {
    const child = alive.get(nth)
    if (!child) throw new Error(`number ${nth} of ${script} does not run`)
    alive.delete(nth)
    if (isOver(child)) throw new Error(`${script} ended by itself, with ${child.exitCode ?? child.signalCode}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  for (let nth = 0; nth < count; nth += 1) start()
  return {
    isAlive: (nth: number) => alive.has(nth),
    /** The newest, unless told which. A process that ended by itself is an error here. */
    killAndReplace: async (nth = started) => {
      await kill(nth)
      start()
    },
    stop: async () => {
      for (const nth of [...alive.keys()]) await kill(nth)
    },
  }
}

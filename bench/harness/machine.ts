import { cpus, loadavg, totalmem } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { say } from './say.ts'

export const cores = cpus().length

const cpuTimes = () => {
  const all = cpus().flatMap(({ times }) => Object.entries(times))
  const sum = (pick: (kind: string) => boolean) => all.reduce((total, [kind, ms]) => total + (pick(kind) ? ms : 0), 0)
  return { busy: sum((it) => it !== 'idle'), total: sum(() => true) }
}

/** CPU time of all processes. */
export const cpuSecondsOfMachine = () => cpuTimes().busy / 1000

const shareBusy = async (forMs: number) => {
  const before = cpuTimes()
  await delay(forMs)
  const after = cpuTimes()
  return (after.busy - before.busy) / (after.total - before.total)
}

/**
 * Waits at most a minute until the machine is nearly idle.
 * @returns the remaining load, to be printed beside the figures
 */
export const waitForQuiet = async () => {
  const deadline = performance.now() + 60_000
  while (true) {
    const busy = await shareBusy(1_500)
    if (busy < 0.15 || performance.now() > deadline) return `${Math.round(busy * 100)} % of the CPUs before`
    say(`  the machine is ${Math.round(busy * 100)} % busy with other work; waiting`)
    await delay(3_000)
  }
}

export const describeMachine = () => {
  const load = loadavg().map((it) => it.toFixed(1))
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `${cores} cores (${cpus()[0]?.model ?? 'unknown'}), ${memory}, Node ${process.versions.node}, load average at the start ${load.join(' ')}`
}

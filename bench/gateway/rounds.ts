import { startAnswering } from '../harness/ask-process.ts'
import { waitForQuiet } from '../harness/machine.ts'
import { cpuSecondsOf } from '../harness/process-figures.ts'
import { median } from '../harness/quantiles.ts'
import { figure } from '../harness/report.ts'
import { say } from '../harness/say.ts'
import type { LoadQuestion, LoadReply, TokenChoice } from './load.process.ts'

export type Pace = { forMs: number; rounds: number }
export type Measured = LoadReply & { cpuMicros: number }
/** A contestant, and what to send it in each round. */
export type Competitor = { name: string; url: string; pid: number; tokens: (round: number) => TokenChoice }
export type Request = Pick<LoadQuestion, 'path' | 'status'>

export const connections = 32
// V8 compiles hot code during about the first 20,000 requests, which take three seconds here.
export const warmUpMs = 4_000

export const startLoad = () => {
  const { ask, stop } = startAnswering<LoadQuestion, LoadReply>(new URL('./load.process.ts', import.meta.url))
  const measure = async ({ url, pid }: Competitor, question: Omit<LoadQuestion, 'url' | 'connections'>) => {
    const before = cpuSecondsOf(pid)
    const reply = await ask({ url, connections, ...question })
    return { ...reply, cpuMicros: ((cpuSecondsOf(pid) - before) * 1e6) / reply.requests }
  }
  return { measure, stop }
}
export type Load = ReturnType<typeof startLoad>

/** Contestants take turns in alternating order, because the speed of the machine changes within seconds. */
export const runRounds = async (
  load: Load,
  competitors: Competitor[],
  { path, status }: Request,
  { forMs, rounds }: Pace,
) => {
  const seen = new Map<string, Measured[]>(competitors.map(({ name }) => [name, []]))
  for (const it of competitors) await load.measure(it, { path, status, ...it.tokens(0), forMs: warmUpMs })
  for (let round = 1; round <= rounds; round += 1) {
    await waitForQuiet()
    const first = (round - 1) % competitors.length
    for (const it of [...competitors.slice(first), ...competitors.slice(0, first)]) {
      const measured = await load.measure(it, { path, status, ...it.tokens(round), forMs })
      say(`  ${it.name}: ${figure(measured.perSecond)}/s`)
      seen.get(it.name)?.push(measured)
    }
  }
  return {
    /** The median of its rounds. */
    of: (name: string, what: keyof Measured) => median((seen.get(name) ?? []).map((it) => it[what])),
    /** How many times as fast one is as another: the median of the ratios of the rounds. */
    ratio: (one: string, other: string) => {
      const others = seen.get(other) ?? []
      return median((seen.get(one) ?? []).map((it, round) => it.perSecond / (others[round]?.perSecond ?? Number.NaN)))
    },
  }
}
export type Rounds = Awaited<ReturnType<typeof runRounds>>

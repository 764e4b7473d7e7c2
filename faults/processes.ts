import { addressOf, type Container, containers, logsOf, serviceOf } from '@gatehouse/e2e/support/stack.ts'
import { createClient } from '@gatehouse/testkit'
import type { Process } from './history/history.ts'
import { shortName } from './load/gateways.ts'

const ports: Record<string, number> = { identity: 3001, gateway: 3002 }
const alarming = /unhandled|uncaught|heap out of memory|"level":60/i

const memoryOf = async (container: Container) => {
  const { text } = await createClient(`http://${addressOf(container)}:${ports[serviceOf(container)]}`).readMetrics()
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1])
}

const servers = async () => (await containers()).filter((it) => it.State.Health !== undefined)
const isOurs = (it: Container) => serviceOf(it) in ports

/** @returns what to call at the end of the row, for what became of each process */
export const watchProcesses = async () => {
  const since = new Date().toISOString()
  const before = new Map<string, { container: Container; memoryBytes: number }>()
  for (const container of await servers())
    before.set(container.Id, { container, memoryBytes: isOurs(container) ? await memoryOf(container) : 0 })

  const complaintsOf = async (it: Container, restarts: number) => {
    const complaints: string[] = []
    // The engine counts those that nobody asked for.
    if (it.RestartCount > restarts) complaints.push(`exited by itself ${it.RestartCount - restarts} times`)
    if (it.State.OOMKilled) complaints.push('killed for its memory')
    if (it.State.Status !== 'running') complaints.push(`is ${it.State.Status}, exit code ${it.State.ExitCode}`)
    if (!isOurs(it)) return complaints
    const lines = (await logsOf(it.Id, since)).split('\n').filter((line) => alarming.test(line))
    return [...complaints, ...lines.slice(0, 3).map((line) => `logged ${line.slice(0, 300)}`)]
  }

  return async (): Promise<Process[]> => {
    const processes: Process[] = []
    for (const it of await servers()) {
      const earlier = before.get(it.Id)
      const complaints = await complaintsOf(it, earlier?.container.RestartCount ?? 0)
      const ranThrough = earlier && earlier.container.State.StartedAt === it.State.StartedAt && complaints.length === 0
      const memoryBytes = ranThrough && isOurs(it) ? { before: earlier.memoryBytes, after: await memoryOf(it) } : null
      processes.push({ name: shortName(it.Name), complaints, memoryBytes })
    }
    return processes
  }
}

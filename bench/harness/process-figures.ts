import { readFileSync } from 'node:fs'

const memoryMib = (pid: number, line: 'VmRSS' | 'VmHWM') => {
  const kib = new RegExp(`^${line}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}

/** Current resident memory of a process, in MiB. */
export const residentMib = (pid: number) => memoryMib(pid, 'VmRSS')
/** Peak resident memory. */
export const peakMemoryMib = (pid: number) => memoryMib(pid, 'VmHWM')

/** CPU time so far; Linux counts in hundredths of a second. */
export const cpuSecondsOf = (pid: number) => {
  // Fields 14 and 15 of proc_pid_stat(5); field 2 may contain spaces and ends with the last parenthesis.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

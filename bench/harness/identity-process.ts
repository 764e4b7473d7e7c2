import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually, freePort } from '@gatehouse/testkit'

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = 'services/identity/src/main.ts'

const withoutPassword = (full: string) => {
  const url = new URL(full)
  const password = decodeURIComponent(url.password)
  url.password = ''
  return { url: String(url), password }
}

const logged = (file: string) => readFileSync(file, 'utf8').split('\n').slice(-20).join('\n')

const stopped = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** The service as it ships: its own process, its secrets in files, production settings, every request logged. */
export const startIdentityProcess = async (urls: { database: string; broker: string }) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), `${content}\n`, { mode: 0o600 })
    return join(folder, name)
  }
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const database = withoutPassword(urls.database)
  const broker = withoutPassword(urls.broker)
  const serviceSecret = randomBytes(32).toString('hex')
  const log = join(folder, 'log')
  const output = openSync(log, 'w')
  const child = spawn(process.execPath, [main], {
    cwd: root,
    stdio: ['ignore', output, output],
    env: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      ISSUER: `${url}/api`,
      DATABASE_URL: database.url,
      DATABASE_PASSWORD_FILE: file('database_password', database.password),
      BROKER_URL: broker.url,
      BROKER_PASSWORD_FILE: file('broker_password', broker.password),
      KEY_SECRETS_FILE: file('key_secrets', randomBytes(32).toString('hex')),
      SERVICE_CREDENTIALS_FILE: file(
        'service_credentials',
        `bench:${createHash('sha256').update(serviceSecret).digest('hex')}`,
      ),
    },
  })
  const stop = async () => {
    await stopped(child)
    rmSync(folder, { recursive: true })
  }
  const getReady = async () => {
    if (child.exitCode !== null) return
    const { status } = await fetch(`${url}/health/ready`)
    if (status !== 200) throw new Error(`identity is not ready: ${status}`)
  }
  try {
    await eventually(getReady, { withinMs: 30_000, everyMs: 100 })
    if (child.exitCode !== null) throw new Error(`identity ended with ${child.exitCode}: ${logged(log)}`)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    serviceAuthorization: `Basic ${btoa(`bench:${serviceSecret}`)}`,
    /** The most memory it ever held, in MiB, as Linux counts it. */
    peakMemoryMib: () => {
      const peakKib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
      return Number(peakKib) / 1024
    },
    /** CPU time it has spent so far; Linux counts in hundredths of a second. */
    cpuSeconds: () => {
      // Fields 14 and 15 of proc_pid_stat(5); the second may hold spaces and ends with the last parenthesis.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / 100
    },
    stop,
  }
}
export type IdentityProcess = Awaited<ReturnType<typeof startIdentityProcess>>

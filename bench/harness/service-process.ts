import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient, eventually, freePort } from '@gatehouse/testkit'

/** The root of this checkout. */
export const ownRoot = fileURLToPath(new URL('../..', import.meta.url))

/** A URL without its password, which a service reads from a file. */
export const withoutPassword = (full: string) => {
  const url = new URL(full)
  const password = decodeURIComponent(url.password)
  url.password = ''
  return { url: String(url), password }
}

/** NODE_OPTIONS of the image. @throws Error when the Dockerfile sets none */
const nodeOptions = (root: string) => {
  const [, options] = /^ENV NODE_OPTIONS=(.+)$/m.exec(readFileSync(`${root}infra/service.Dockerfile`, 'utf8')) ?? []
  if (options === undefined) throw new Error('infra/service.Dockerfile names no NODE_OPTIONS')
  return options
}

const logged = (file: string) => readFileSync(file, 'utf8').split('\n').slice(-20).join('\n')

const stopped = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

type Service = {
  name: string
  /** @param file writes a secret to a file and returns its path */
  settings: (url: string, file: (name: string, content: string) => string) => Record<string, string>
  /** Another checkout from which to run it. */
  root?: string
}

/** A service as it ships: a process with production settings, secrets in files, and its log in a file. */
export const startServiceProcess = async ({ name, settings, root = ownRoot }: Service) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const file = (secret: string, content: string) => {
    writeFileSync(join(folder, secret), `${content}\n`, { mode: 0o600 })
    return join(folder, secret)
  }
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const log = join(folder, 'log')
  const output = openSync(log, 'w')
  const child = spawn(process.execPath, [`services/${name}/src/main.ts`], {
    cwd: root,
    stdio: ['ignore', output, output],
    env: {
      NODE_ENV: 'production',
      NODE_OPTIONS: nodeOptions(root),
      HOST: '127.0.0.1',
      PORT: String(port),
      ...settings(url, file),
    },
  })
  const stop = async () => {
    await stopped(child)
    // `force`, because it may be stopped twice: by its caller, and at the end of the run.
    rmSync(folder, { recursive: true, force: true })
  }
  const getReady = async () => {
    if (child.exitCode !== null) return
    const { status } = await createClient(url).readReadiness()
    if (status !== 200) throw new Error(`${name} is not ready: ${status}`)
  }
  try {
    await eventually(getReady, { withinMs: 30_000, everyMs: 100 })
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${logged(log)}`)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, pid: child.pid as number, stop }
}

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Gatehouse } from '@gatehouse/testkit'
import { inject } from 'vitest'
import type {} from './global-setup.ts'

const run = promisify(execFile)

type Stack = Pick<Gatehouse, 'url' | 'compose'>
let own: Stack | null = null

/** For a file that starts a stack of its own instead of sharing that of all files. */
export const useStack = (stack: Stack) => {
  own = stack
}
const stack = () => own ?? inject('gatehouse')

/** What a client sees: Nginx, and the API behind its prefix. */
export const site = () => stack().url
export const api = () => `${site()}/api`

/** `docker compose` on the running stack, as an operator would type it. @throws Error with the output when it fails */
export const compose = async (...args: string[]) => {
  const { cwd, env } = stack().compose
  const maxBuffer = 256 * 1024 * 1024
  const { stdout, stderr } = await run('docker', ['compose', ...args], {
    cwd,
    env: { ...process.env, ...env },
    maxBuffer,
  })
  return stdout + stderr
}

/** `docker compose exec` without a terminal: the command's output. */
export const execIn = (service: string, ...command: string[]) => compose('exec', '-T', service, ...command)

export const docker = async (...args: string[]) =>
  (await run('docker', args, { maxBuffer: 64 * 1024 * 1024 })).stdout.trim()

/** What a container wrote since then, on both of its channels. */
export const logsOf = async (id: string, since: string) => {
  const { stdout, stderr } = await run('docker', ['logs', '--since', since, id], { maxBuffer: 64 * 1024 * 1024 })
  return stdout + stderr
}

/** The part of `docker inspect` that is looked at here. */
export type Container = {
  Id: string
  Name: string
  RestartCount: number
  State: { Status: string; ExitCode: number; OOMKilled: boolean; StartedAt: string; Health?: { Status: string } }
  Config: { User: string; Env: string[]; Labels: Record<string, string>; Image: string }
  HostConfig: {
    ReadonlyRootfs: boolean
    Privileged: boolean
    CapAdd: string[] | null
    CapDrop: string[] | null
    SecurityOpt: string[] | null
    Memory: number
    PidsLimit: number | null
  }
  NetworkSettings: {
    Networks: Record<string, { IPAddress: string }>
    Ports: Record<string, { HostIp: string; HostPort: string }[] | null>
  }
}

export const serviceOf = (container: Container) => container.Config.Labels['com.docker.compose.service'] ?? ''

/** All containers of the stack, ended jobs too, or those of one service. */
export const containers = async (...services: string[]): Promise<Container[]> => {
  const ids = (await compose('ps', '--all', '--quiet', ...services))
    .split('\n')
    .filter((it) => /^[0-9a-f]{12,}$/.test(it))
  return ids.length === 0 ? [] : JSON.parse(await docker('inspect', ...ids))
}

/** Only Nginx is published; whatever else is looked at from outside is found by its address on the engine's bridge. */
export const addressOf = (container: Container) => {
  const address = Object.values(container.NetworkSettings.Networks).find((it) => it.IPAddress !== '')?.IPAddress
  if (address === undefined) throw new Error(`${container.Name} has no address: is it running?`)
  return address
}

/** Each gateway by itself, past Nginx. */
export const gatewayUrls = async () => (await containers('gateway')).map((it) => `http://${addressOf(it)}:3002`)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkAllUp } from '@gatehouse/e2e/support/until-healthy.ts'
import { createClient, eventually, freePort } from '@gatehouse/testkit'

const root = fileURLToPath(new URL('../..', import.meta.url))
const plantFile = fileURLToPath(new URL('./plant.ts', import.meta.url))

type Needs = { issuer: string; identityUrl: string; brokerUrl: string; plant: string | null }

/** A gateway as it ships, in a process of its own; with a mistake planted into it when one is named. */
export const startGatewayProcess = async ({ issuer, identityUrl, brokerUrl, plant }: Needs) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-planted-'))
  const secretFile = join(folder, 'secret')
  writeFileSync(secretFile, 'secret')
  const port = await freePort()
  const preload = plant === null ? [] : ['--import', plantFile]
  const child = spawn(process.execPath, [...preload, 'services/gateway/src/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      ISSUER: issuer,
      IDENTITY_URL: identityUrl,
      SERVICE_SECRET_FILE: secretFile,
      BROKER_URL: brokerUrl,
      ...(plant !== null && { PLANT: plant }),
    },
  })
  const stop = async () => {
    const exited = child.exitCode !== null || once(child, 'exit')
    child.kill()
    await exited
    rmSync(folder, { recursive: true })
  }
  const url = `http://127.0.0.1:${port}`
  try {
    // Before its queue is bound it asks again about all that it is told, and makes up for whatever is planted.
    await eventually(() => checkAllUp(url), { withinMs: 20_000 })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    /** How many events its memory has taken in. */
    applied: async () => {
      const { text } = await createClient(url).readMetrics()
      return Number(/^gateway_events_applied (\S+)$/m.exec(text)?.[1])
    },
    stop,
  }
}

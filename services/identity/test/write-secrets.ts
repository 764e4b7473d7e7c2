import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

type Secrets = { keySecrets: string[]; services: Record<string, string> }

/** Writes secret files as the one-shot job does. @returns the environment that names them */
export const writeSecrets = ({ keySecrets, services }: Secrets) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-secrets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = (name: string, lines: string[]) => {
    const path = join(folder, name)
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }
  const sha256 = (secret: string) => createHash('sha256').update(secret).digest('hex')
  return {
    KEY_SECRETS_FILE: file('key_secrets', keySecrets),
    SERVICE_CREDENTIALS_FILE: file(
      'service_credentials',
      Object.entries(services).map(([name, secret]) => `${name}:${sha256(secret)}`),
    ),
  }
}

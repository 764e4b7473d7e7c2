import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

const chosenByGatehouse = new URL('../../../.gatehouse/images.env', import.meta.url)

/** The images to run: from the environment, from the choice of `./gatehouse`, or the official ones. */
export const images = () => {
  const chosen = existsSync(chosenByGatehouse) ? parseEnv(readFileSync(chosenByGatehouse, 'utf8')) : {}
  const image = (variable: string, official: string) => process.env[variable] || chosen[variable] || official
  return {
    node: image('NODE_IMAGE', 'node:24-trixie-slim'),
    postgres: image('POSTGRES_IMAGE', 'postgres:17'),
    rabbitmq: image('RABBITMQ_IMAGE', 'rabbitmq:4'),
    nginx: image('NGINX_IMAGE', 'nginx:1'),
  }
}

/** With stand-ins no registry is available, so the image of testcontainers' reaper is not either. */
export const disableReaperWithStandIns = () => {
  if (images().postgres.startsWith('gatehouse-standin/')) process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
}

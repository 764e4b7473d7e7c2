import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

const chosenByGatehouse = new URL('../../../.gatehouse/images.env', import.meta.url)

/** The images to run, as the compose file takes them: from the environment, from what `./gatehouse` chose, or official. */
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

/** Where stand-ins are used no registry answers, and the reaper's image of testcontainers is not to be had either. */
export const doWithoutReaperAmongStandIns = () => {
  if (images().postgres.startsWith('gatehouse-standin/')) process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
}

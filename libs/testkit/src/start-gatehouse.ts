import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DockerComposeEnvironment } from 'testcontainers'
import { eventually } from './eventually.ts'
import { disableReaperWithStandIns, images } from './images.ts'
import { addressToPublish, hostOfContainers } from './published-address.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

type Options = {
  identityReplicas?: number
  gatewayReplicas?: number
  profiles?: string[]
  /** Further compose files, by their path from the root. */
  overrides?: string[]
  /** Settings as in `.env`. */
  environment?: Record<string, string>
}

// npm settings for image builds, which `./gatehouse` writes when the machine has its own.
const npmSettings = `${root}.gatehouse/npmrc`

const getReady = async (url: string) => {
  const response = await fetch(`${url}/api/health`)
  const body = await response.text()
  if (!response.ok) throw new Error(`GET /api/health was answered ${response.status}: ${body}`)
}

/**
 * Starts the whole product from docker-compose.yml, as its own compose project on a free port, built from these sources.
 * @returns its address, and the working folder and environment for `docker compose` commands on it
 */
export const startGatehouse = async ({
  identityReplicas = 1,
  gatewayReplicas = 1,
  profiles = [],
  overrides = [],
  environment: settings = {},
}: Options = {}) => {
  disableReaperWithStandIns()
  const project = `gatehouse-test-${randomBytes(4).toString('hex')}`
  const { node, postgres, rabbitmq, nginx } = images()
  const environment = {
    NODE_IMAGE: node,
    POSTGRES_IMAGE: postgres,
    RABBITMQ_IMAGE: rabbitmq,
    NGINX_IMAGE: nginx,
    GATEHOUSE_PORT: '0',
    GATEHOUSE_BIND: addressToPublish(await hostOfContainers()),
    IDENTITY_REPLICAS: String(identityReplicas),
    GATEWAY_REPLICAS: String(gatewayReplicas),
    COMPOSE_PROFILES: profiles.join(','),
    // Overrides the .env of this checkout.
    SEED_ENV: '',
    SEED_USERNAME: '',
    SEED_PASSWORD: '',
    SEED_ROLES: '',
    DOCS: '',
    ...(!process.env.NPMRC_FILE && existsSync(npmSettings) && { NPMRC_FILE: npmSettings }),
    ...settings,
  }
  const files = ['docker-compose.yml', ...overrides]
  const stack = await new DockerComposeEnvironment(root, files)
    .withProjectName(project)
    .withBuild()
    .withEnvironment(environment)
    .withStartupTimeout(120_000)
    .up()
  const stop = async () => void (await stack.down())
  try {
    const nginxContainer = stack.getContainer('nginx-1')
    const url = `http://${nginxContainer.getHost()}:${nginxContainer.getMappedPort(8080)}`
    await eventually(() => getReady(url), { withinMs: 60_000, everyMs: 250 })
    return {
      url,
      compose: { cwd: root, env: { ...environment, COMPOSE_FILE: files.join(':'), COMPOSE_PROJECT_NAME: project } },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
export type Gatehouse = Awaited<ReturnType<typeof startGatehouse>>

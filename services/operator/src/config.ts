import { brokerEnvironment, readEnvironment, withPassword } from '@gatehouse/service'
import { z } from 'zod'

/** The only reader of environment variables. @throws ConfigError */
export const readOperatorConfig = (from?: NodeJS.ProcessEnv) => {
  const env = readEnvironment(z.object(brokerEnvironment), from)
  return { brokerUrl: withPassword(env.BROKER_URL, env.BROKER_PASSWORD_FILE) }
}

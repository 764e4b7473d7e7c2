import { createHash } from 'node:crypto'

const service = /^(?<name>[a-z][a-z0-9-]{0,63}):(?<scopes>[a-z]+\.[a-z]+(?:,[a-z]+\.[a-z]+)*)$/

/**
 * Parses `SERVICES`: entries separated by spaces, such as `mailing:events.read audit:events.read,tokens.introspect`. Identity checks
 * that the scopes exist.
 * @throws Error that names an invalid entry
 */
export const readServices = (text: string) => {
  const services = new Map([['gateway', 'sessions.lookup']])
  for (const one of text.split(/\s+/).filter((it) => it !== '')) {
    const { name, scopes } = service.exec(one)?.groups ?? {}
    if (name === undefined || scopes === undefined) {
      throw new Error(`SERVICES: "${one}" is not name:scope,scope (with a name of a-z, 0-9 and -)`)
    }
    if (services.has(name)) throw new Error(`SERVICES: the name "${name}" is taken`)
    services.set(name, scopes)
  }
  return services
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** The credentials file of identity: a line per service with name, scopes and the digest of the secret. */
export const serviceCredentials = (services: Map<string, string>, secretOf: (name: string) => string) =>
  [...services].map(([name, scopes]) => `${name}:${scopes}:${sha256(secretOf(name))}`).join('\n')

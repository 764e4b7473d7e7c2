import { createHash } from 'node:crypto'

const wish = /^(?<name>[a-z][a-z0-9-]{0,63}):(?<scopes>[a-z]+\.[a-z]+(?:,[a-z]+\.[a-z]+)*)$/

/**
 * Reads `SERVICES`: names and scopes with blanks between, such as `mailing:events.read audit:events.read,tokens.introspect`.
 * Identity knows which scopes there are.
 * @throws Error that names what cannot be read
 */
export const readServices = (text: string) => {
  const services = new Map([['gateway', 'sessions.lookup']])
  for (const one of text.split(/\s+/).filter((it) => it !== '')) {
    const { name, scopes } = wish.exec(one)?.groups ?? {}
    if (name === undefined || scopes === undefined) {
      throw new Error(`SERVICES: "${one}" does not read name:scope,scope (a name of a-z, 0-9 and -)`)
    }
    if (services.has(name)) throw new Error(`SERVICES: the name "${name}" is taken`)
    services.set(name, scopes)
  }
  return services
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** The lines that identity reads: name, scopes and the digest of the secret. */
export const serviceCredentials = (services: Map<string, string>, secretOf: (name: string) => string) =>
  [...services].map(([name, scopes]) => `${name}:${scopes}:${sha256(secretOf(name))}`).join('\n')

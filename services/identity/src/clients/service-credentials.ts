import { type ServiceScope, serviceScopes } from '@gatehouse/contracts'

/** By service name: the SHA-256 of the secret, and the scopes. */
export type ServiceCredentials = ReadonlyMap<string, { digest: Buffer; scopes: ReadonlySet<ServiceScope> }>

const line = /^(?<name>[a-z][a-z0-9-]{0,63}):(?:(?<scopes>[a-z.,]+):)?(?<digest>[0-9a-f]{64})$/
const isScope = (text: string): text is ServiceScope => serviceScopes.some((it) => it === text)

/**
 * Parses lines `name:scope,scope:sha256-of-the-secret-in-hex`. A line in the format of 0.1.0 (`name:sha256`) grants every
 * scope.
 * @throws Error with the number of the line, but not its content
 */
export const readServiceCredentials = (lines: string[]): ServiceCredentials => {
  const credentials = new Map<string, { digest: Buffer; scopes: ReadonlySet<ServiceScope> }>()
  for (const [at, text] of lines.entries()) {
    const { name, scopes, digest } = line.exec(text)?.groups ?? {}
    const where = `line ${at + 1}`
    if (name === undefined || digest === undefined) {
      throw new Error(`${where} must have the form name:scope,scope:sha256-in-hex, with a name of a-z, 0-9 and -`)
    }
    const given = scopes?.split(',') ?? [...serviceScopes]
    const known = given.filter(isScope)
    if (known.length < given.length)
      throw new Error(`${where} has an unknown scope; known scopes: ${serviceScopes.join(', ')}`)
    if (credentials.has(name)) throw new Error(`${where} repeats a name`)
    credentials.set(name, { digest: Buffer.from(digest, 'hex'), scopes: new Set(known) })
  }
  return credentials
}

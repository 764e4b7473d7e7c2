import { gatehouse } from './client.ts'
import { compose } from './stack.ts'

/** The secret of the service `tests`, which SERVICES names in the stack of these tests, as an operator reads it. */
const serviceSecret = async () => {
  const output = await compose('run', '--rm', '--no-deps', '-T', 'secrets', 'cat', '/secrets/kept/service-tests')
  const [secret = ''] = output.split('\n')
  return secret
}

/** A client with the credential of that service. */
export const asTestsService = async () => gatehouse().asService('tests', await serviceSecret())

/** The header that says so, for a stream. */
export const serviceHeaders = async () => ({
  authorization: `Basic ${Buffer.from(`tests:${await serviceSecret()}`).toString('base64')}`,
})

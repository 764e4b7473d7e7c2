import { forgetThrottles } from '@gatehouse/e2e/support/database.ts'
import { compose, useStack } from '@gatehouse/e2e/support/stack.ts'
import { addSubscriber } from '@gatehouse/e2e/support/subscriber.ts'
import { untilHealthy } from '@gatehouse/e2e/support/until-healthy.ts'
import { signInAdmin } from '@gatehouse/e2e/support/users.ts'
import { startGatehouse } from '@gatehouse/testkit'
import { type History, openHistory } from './history/history.ts'
import { openGatewayList } from './load/gateways.ts'
import { openLoad } from './load/load.ts'
import { proxyLinkAddress } from './proxy-link.ts'
import { startReader } from './reader.ts'

type Options = { seed: number; people: number }

/** One stack for all rows: two of each service, two subscribers, and a crowd of users. */
export const openEnvironment = async ({ seed, people }: Options) => {
  const stack = await startGatehouse({
    identityReplicas: 2,
    gatewayReplicas: 2,
    overrides: ['faults/compose.yml'],
  })
  try {
    useStack(stack)
    await untilHealthy()
    await forgetThrottles()
    let current = openHistory()
    const history = (): History => current
    const account = await addSubscriber()
    const { host, port } = await proxyLinkAddress('good')
    const url = `amqp://${account.name}:${account.password}@${host}:${port}`
    const readers = ['one', 'two'].map((name) =>
      startReader({ url, queue: `${account.name}.${name}`, record: (it) => history().deliveries.push(it) }),
    )
    const adminToken = await signInAdmin()
    const gateways = await openGatewayList()
    const load = await openLoad({ seed, people, adminToken, gateways, history })
    return {
      ...{ adminToken, gateways, load, readers, history, account, brokerUrl: url },
      /** A row begins: whatever comes from here on is its own. */
      startHistory: () => {
        current = openHistory()
        return current
      },
      /** Starts containers of these services anew with other settings of compose.yml; without any, with the usual ones. */
      restartWith: async (settings: Record<string, string>, ...services: string[]) => {
        Object.assign(stack.compose.env, { FAULTS_BROKER: '', FAULTS_GATEWAY_PRELOAD: '' }, settings)
        await compose('up', '--detach', '--no-deps', '--no-build', ...services)
        await gateways.refresh()
        await untilHealthy()
      },
      close: async () => {
        await Promise.all(readers.map((it) => it.stop()))
        await stack.stop()
      },
    }
  } catch (error) {
    await stack.stop()
    throw error
  }
}
export type Environment = Awaited<ReturnType<typeof openEnvironment>>

import { addressOf, containers } from '@gatehouse/e2e/support/stack.ts'

export type Gateway = { name: string; id: string; url: string }

/** Names of containers without that of the project. */
export const shortName = (name: string) => name.replace(/^.*-(?=[a-z]+-\d+$)/, '')

/** Where each gateway is; a container that was started anew may have another address. */
export const openGatewayList = async () => {
  let list: Gateway[] = []
  const refresh = async () => {
    const running = (await containers('gateway')).filter((it) => it.State.Status === 'running')
    const found = running.map((it) => ({ name: shortName(it.Name), id: it.Id, url: `http://${addressOf(it)}:3002` }))
    const away = list.filter((it) => !found.some(({ name }) => name === it.name))
    list = [...found, ...away].toSorted((one, other) => one.name.localeCompare(other.name))
  }
  await refresh()
  return { all: () => list, refresh }
}
export type GatewayList = Awaited<ReturnType<typeof openGatewayList>>

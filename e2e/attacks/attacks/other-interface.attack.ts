import { networkInterfaces } from 'node:os'
import { createClient } from '@gatehouse/testkit'
import { site } from '../../support/stack.ts'
import type { Attack } from '../attack.ts'

const answers = async (url: string) => {
  try {
    return (await createClient(url).send('GET', '')).status > 0
  } catch (error) {
    if ((error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED') return false
    throw error
  }
}

export const otherInterface: Attack = {
  finding: 'H6',
  title: 'a neighbour on the network calls the port that is published for this machine only',
  // Its weakness stands in weak/compose.yml and stacks.ts: networks and addresses are settings.
  plants: [],
  run: async () => {
    const { hostname, port } = new URL(site())
    const addresses = Object.values(networkInterfaces())
      .flat()
      .filter((it) => it?.family === 'IPv4' && !it.internal)
      .map((it) => it?.address)
      // In a container the tests have it published on the engine's bridge, and come from there.
      .filter((it) => it !== hostname)
    if (addresses.length === 0) throw new Error('this machine has no interface but loopback')
    const reached: unknown[] = []
    for (const address of addresses) if (await answers(`http://${address}:${port}/api/health`)) reached.push(address)
    return {
      succeeded: reached.length > 0,
      figures: `answered on ${reached.length} of ${addresses.length} interfaces other than loopback`,
    }
  },
}

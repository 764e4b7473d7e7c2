import { type Gatehouse, startGatehouse } from '@gatehouse/testkit'
import type { Attack } from './attack.ts'
import { makePlantedTree } from './weak/planted-tree.ts'

const profiles = ['examples']
// The time in which parallel tabs share a refresh token is over at once, so that no attack has to wait for that.
const environment = { REFRESH_REUSE_SECONDS: '0' }
const common = 'e2e/attacks/compose.yml'

const startShipped = () => startGatehouse({ profiles, environment, overrides: [common] })

/** @param tree of sources with every old weakness put back; settings that were weak are so again, too */
const startWeak = (tree: string) =>
  startGatehouse({
    profiles,
    environment: { ...environment, GATEHOUSE_BIND: '0.0.0.0', ATTACKS_TREE: tree },
    overrides: [common, 'e2e/attacks/weak/compose.yml'],
  })

/** The stack that ships, and a weak one, which goes on starting while the other is attacked. */
export const startStacks = async (attacks: Attack[]) => {
  // Before anything starts: a plant that fits no more is told at once.
  const tree = makePlantedTree(attacks.flatMap((it) => it.plants))
  try {
    const shipped = await startShipped()
    const weak = startWeak(tree.path)
    // Its failure is thrown to whoever asks for it.
    weak.catch(() => undefined)
    const stopWeak = async () => (await weak.catch((): Pick<Gatehouse, 'stop'> | null => null))?.stop()
    const stop = async () => void (await Promise.all([shipped.stop(), stopWeak()]).finally(tree.remove))
    return { shipped, weak, stop }
  } catch (error) {
    tree.remove()
    throw error
  }
}

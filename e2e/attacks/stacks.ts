import { startGatehouse } from '@gatehouse/testkit'
import type { Attack } from './attack.ts'
import { makePlantedTree } from './weak/planted-tree.ts'

const settings = {
  profiles: ['examples'],
  // The time in which parallel tabs share a refresh token is over at once, so that no attack has to wait for that.
  environment: { REFRESH_REUSE_SECONDS: '0' },
}
const common = 'e2e/attacks/compose.yml'

const startWeak = async (attacks: Attack[]) => {
  const tree = makePlantedTree(attacks.flatMap((it) => it.plants))
  try {
    const stack = await startGatehouse({
      ...settings,
      overrides: [common, 'e2e/attacks/weak/compose.yml'],
      environment: { ...settings.environment, ATTACKS_TREE: tree.path },
    })
    return { ...stack, stop: () => stack.stop().finally(tree.remove) }
  } catch (error) {
    tree.remove()
    throw error
  }
}

/** The stack that ships, and one with every old weakness put back at once. */
export const startStacks = async (attacks: Attack[]) => {
  const shipped = await startGatehouse({ ...settings, overrides: [common] })
  try {
    return { shipped, weak: await startWeak(attacks) }
  } catch (error) {
    await shipped.stop()
    throw error
  }
}

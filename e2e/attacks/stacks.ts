import { startGatehouse } from '@gatehouse/testkit'
import type { Attack } from './attack.ts'
import { makePlantedTree } from './weak/planted-tree.ts'

const startWeak = async (attacks: Attack[]) => {
  const tree = makePlantedTree(attacks.flatMap((it) => it.plants))
  try {
    const stack = await startGatehouse({
      profiles: ['examples'],
      overrides: ['e2e/attacks/weak/compose.yml'],
      environment: { ATTACKS_TREE: tree.path },
    })
    return { ...stack, stop: () => stack.stop().finally(tree.remove) }
  } catch (error) {
    tree.remove()
    throw error
  }
}

/** The stack that ships, and one with every old weakness put back at once. */
export const startStacks = async (attacks: Attack[]) => {
  const shipped = await startGatehouse({ profiles: ['examples'] })
  try {
    return { shipped, weak: await startWeak(attacks) }
  } catch (error) {
    await shipped.stop()
    throw error
  }
}

import { inTurn } from '@gatehouse/e2e/support/pace.ts'
import { openRandom } from '@gatehouse/e2e/support/random.ts'

/** How often each comes among the others. `replace`: deleted, and another one created in the place. */
const weights = {
  full_name: 6,
  roles: 4,
  logout: 3,
  activate: 3,
  deactivate: 2,
  password: 1,
  replace: 1,
} as const
export type Change = keyof typeof weights

const all = Object.entries(weights).flatMap(([change, weight]) => Array<Change>(weight).fill(change as Change))

/** What happens to whom, one after the other; the seed alone decides. */
export const openPlan = (seed: number, places: number) => {
  const random = openRandom(seed)
  const pick = (below: number) => Math.floor(random() * below)
  return {
    next: (): { change: Change; place: number } => ({ change: inTurn(all, pick(all.length)), place: pick(places) }),
  }
}

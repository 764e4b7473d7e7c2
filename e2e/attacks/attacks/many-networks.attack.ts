import type { Attack } from '../attack.ts'
import { openClients } from '../client-at.ts'
import { inTurns } from '../in-turns.ts'
import { nameOf, tally } from '../tally.ts'

// A /56, as many homes have, holds 256 networks of a /64 each.
const guesses = 220

export const manyNetworks: Attack = {
  finding: 'M7',
  title: 'the owner of an IPv6 /56 guesses at many accounts, each time from another of its networks',
  plants: [
    {
      file: 'services/identity/src/throttle/networks-of.ts',
      replace: [['return [written([a, b, c, d]), ', 'return [written([a, b, c, d])] || [']],
    },
  ],
  run: async () => {
    const { logInFrom } = await openClients()
    const answers = await inTurns(guesses, 4, (nth) =>
      logInFrom(`2001:db8:a:b${nth.toString(16).padStart(2, '0')}::1`, {
        username: crypto.randomUUID(),
        password: 'x',
      }),
    )
    const told = answers.map(nameOf)
    return {
      succeeded: !told.includes('429 too_many_attempts'),
      figures: `${guesses} guesses from ${guesses} networks of one /56: ${tally(told)}`,
    }
  },
}

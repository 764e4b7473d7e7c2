import { createUser, signInAdmin, trySignIn } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { openClients } from '../client-at.ts'
import { inTurns } from '../in-turns.ts'
import { nameOf, tally } from '../tally.ts'

const atOnce = 100
const addresses = 200

export const floodedName: Attack = {
  finding: 'H3',
  title: 'a crowd of addresses floods one name with guesses, and its owner cannot sign in from a known place',
  plants: [
    {
      file: 'services/identity/src/throttle/try-password.ts',
      replace: [['const isKnown = () => throttle.isKnown(attempt)', 'const isKnown = async () => false']],
    },
  ],
  run: async () => {
    const owner = await createUser(await signInAdmin(), 'famous')
    await trySignIn(owner)
    const { logInFrom } = await openClients()
    const guesses: string[] = []
    let goesOn = true
    const flood = Array.from({ length: atOnce }, async (_, client) => {
      for (let nth = client; goesOn; nth += atOnce) {
        const address = `198.51.100.${nth % addresses}`
        guesses.push(nameOf(await logInFrom(address, { username: owner.username, password: 'x' })))
      }
    })
    const startedAt = performance.now()
    const signIns = await inTurns(12, 1, async () => nameOf(await trySignIn(owner)))
    const ms = performance.now() - startedAt
    goesOn = false
    await Promise.all(flood)
    return {
      succeeded: signIns.filter((it) => it !== '200').length > 1,
      figures: `sign-ins meanwhile: ${tally(signIns)} in ${Math.round(ms)} ms; guesses: ${tally(guesses)}`,
    }
  },
}

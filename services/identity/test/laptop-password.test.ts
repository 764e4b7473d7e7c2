import { eventually } from '@gatehouse/testkit'
import { describe, expect, it } from 'vitest'
import { createLaptopPasswordWatch } from '../src/passwords/laptop-password.ts'
import { startTestIdentity } from './start-test-identity.ts'

const seeded = { username: 'admin', password: 'changeme', roles: ['admin'] }

describe('the password of the documentation', () => {
  it('is told by readiness for as long as it signs an admin in, and does not take the service out', async () => {
    const identity = await startTestIdentity()
    const state = async () => {
      const { status, body } = await identity.readReadiness()
      const { dependencies } = body as { dependencies: Record<string, { state: string }> }
      return { status, state: dependencies.laptop_password?.state }
    }
    expect(await state()).toEqual({ status: 200, state: 'up' })
    await identity.addUser({ username: 'ada', password: 'changeme' }) // no admin
    const { token } = await identity.signUp(seeded)
    const other = await identity.startReplica() // looks when it starts
    expect((await other.readReadiness()).body).toMatchObject({
      dependencies: { laptop_password: { state: 'degraded', detail: expect.any(String) } },
    })
    await eventually(async () => expect(await state()).toEqual({ status: 200, state: 'degraded' }), {
      withinMs: 15_000,
    })

    const next = { current_password: 'changeme', new_password: 'violet harbour lantern' }
    expect(await identity.as(token).changePassword({ body: next })).toMatchObject({ status: 204 })
    await eventually(async () => expect(await state()).toEqual({ status: 200, state: 'up' }), { withinMs: 15_000 })
  })

  it('is logged once, and tried once for each hash', async () => {
    const lines: string[] = []
    let tries = 0
    let hashes = ['$argon2id$a', '$argon2id$b']
    const watch = createLaptopPasswordWatch({
      findAdminHashes: async () => hashes,
      passwords: {
        verify: async (hash) => {
          tries += 1
          return hash.endsWith('b')
        },
      },
      log: { warn: (line: string) => void lines.push(line) } as never,
    })
    await watch.check()
    await watch.check()
    expect({ tries, told: lines.length, state: watch.state().state }).toEqual({ tries: 2, told: 1, state: 'degraded' })
    hashes = ['$argon2id$a', '$argon2id$c']
    await watch.check()
    expect({ tries, told: lines.length, state: watch.state().state }).toEqual({ tries: 3, told: 1, state: 'up' })
  })
})

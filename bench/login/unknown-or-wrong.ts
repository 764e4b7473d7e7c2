import { setTimeout as delay } from 'node:timers/promises'
import { createHttpClient, expectStatus } from '../harness/http-client.ts'
import { waitForQuiet } from '../harness/machine.ts'
import { median, quantile } from '../harness/quantiles.ts'
import { against, table } from '../harness/report.ts'
import { addressOf, loginCall } from '../harness/sign-in.ts'
import type { Identity } from '../harness/stack.ts'
import { usernameOf } from '../harness/users.ts'
import { fillForeignUsers, foreignKinds, foreignUsernameOf } from './foreign-users.ts'

const samples = 300
const warmUps = 20
// Identity looks for new kinds of hashes every 5 s, and measures those it finds.
const noticedWithinMs = 10_000

type Case = { name: string; username: (nth: number) => string }

/**
 * The login throttle stays on: every sample has another username and address (identity trusts the X-Forwarded-For of its proxy),
 * so no counter reaches its limit.
 */
const measure = async (url: string, cases: Case[], firstAddress: number) => {
  const client = createHttpClient(url, 1)
  const ms = cases.map((): number[] => [])
  for (let round = 0; round < samples + warmUps; round += 1) {
    for (let step = 0; step < cases.length; step += 1) {
      // In alternating order, so that after-effects of one do not always hit the same other.
      const at = (round + step) % cases.length
      const address = addressOf(firstAddress + round * cases.length + at)
      const call = loginCall(cases[at]?.username(round) ?? '', 'not the password', address)
      const answer = expectStatus(await client.call(call), 401)
      if (round >= warmUps) ms[at]?.push(answer.ms)
    }
  }
  client.close()
  const medians = ms.map(median)
  const difference = Math.max(...medians) - Math.min(...medians)
  return table(
    ['refused for', 'p10 ms', 'p50 ms', 'p90 ms', 'difference of medians < 2 ms'],
    [
      ...cases.map(({ name }, at) => [
        name,
        quantile(ms[at] ?? [], 0.1),
        medians[at] ?? 0,
        quantile(ms[at] ?? [], 0.9),
        '',
      ]),
      ['difference', '', '', '', against(difference.toFixed(2), difference < 2)],
    ],
  )
}

/** Measures whether the time of a refusal reveals which usernames exist, without and with imported users. */
export const measureUnknownOrWrong = async ({ identity, users }: { identity: Identity; users: number }) => {
  const quiet = await waitForQuiet()
  const own: Case[] = [
    { name: 'unknown username', username: (nth) => `nobody-${String(nth).padStart(5, '0')}` },
    { name: 'wrong password', username: (nth) => usernameOf(1 + (nth % users)) },
  ]
  // Addresses beyond those of the other parts.
  const before = await measure(identity.url, own, 0xf00000)
  await fillForeignUsers(identity.ownerUrl, samples + warmUps)
  await delay(noticedWithinMs)
  const foreign = foreignKinds.map((name, kind) => ({
    name: `wrong password, ${name}`,
    username: (nth: number) => foreignUsernameOf(kind, nth),
  }))
  const strangers = own.map((it) => ({ ...it, username: (nth: number) => it.username(nth + samples + warmUps) }))
  const after = await measure(identity.url, [...strangers, ...foreign], 0xf80000)
  return [
    `## Unknown username against wrong password\n\n${samples} interleaved samples of each, one at a time (other work: ${quiet}).\n`,
    before,
    '\nWith imported users:\n',
    after,
  ].join('\n')
}

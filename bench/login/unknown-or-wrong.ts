import { createHttpClient, expectStatus } from '../harness/http-client.ts'
import { waitForQuiet } from '../harness/machine.ts'
import { median, quantile } from '../harness/quantiles.ts'
import { against, table } from '../harness/report.ts'
import { addressOf, loginCall } from '../harness/sign-in.ts'
import { usernameOf } from '../harness/users.ts'

const samples = 300

/**
 * Whether the time of a refusal tells which usernames exist. The login throttle stays on: every sample is another
 * username from another address (identity trusts the X-Forwarded-For of its proxy), so no counter passes what is free.
 */
export const measureUnknownOrWrong = async ({ url, users }: { url: string; users: number }) => {
  const quiet = await waitForQuiet()
  const client = createHttpClient(url, 1)
  const refuse = async (username: string, nth: number) =>
    expectStatus(await client.call(loginCall(username, 'not the password', addressOf(nth))), 401).ms
  const wrong: number[] = []
  const unknown: number[] = []
  const warmUps = 20
  for (let nth = -warmUps; nth < samples; nth += 1) {
    // Addresses that the other parts, which count up from zero, never come to.
    const first = 0xf00000 + 2 * (nth + warmUps)
    const askWrong = () => refuse(usernameOf(1 + ((nth + warmUps) % users)), first)
    const askUnknown = () => refuse(`nobody-${String(nth + warmUps).padStart(5, '0')}`, first + 1)
    // In turns who is first: what the one leaves behind must not always fall on the other.
    const order = nth % 2 === 0 ? [askWrong, askUnknown] : [askUnknown, askWrong]
    const [one = 0, two = 0] = [await order[0]?.(), await order[1]?.()]
    if (nth < 0) continue
    wrong.push(nth % 2 === 0 ? one : two)
    unknown.push(nth % 2 === 0 ? two : one)
  }
  client.close()
  const difference = Math.abs(median(unknown) - median(wrong))
  const row = (name: string, ms: number[]) => [name, quantile(ms, 0.1), median(ms), quantile(ms, 0.9), '']
  return [
    `## Unknown username against wrong password\n\n${samples} interleaved samples of each, one at a time (other work: ${quiet}).\n`,
    table(
      ['refused for', 'p10 ms', 'p50 ms', 'p90 ms', 'difference of medians < 2 ms'],
      [
        row('unknown username', unknown),
        row('wrong password', wrong),
        ['difference', '', '', '', against(difference.toFixed(2), difference < 2)],
      ],
    ),
  ].join('\n')
}

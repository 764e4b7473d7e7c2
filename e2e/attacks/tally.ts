import type { Answer } from '@gatehouse/testkit'

/** What was answered, as `401 invalid_client`. */
export const nameOf = ({ status, body }: Pick<Answer, 'status' | 'body'>) =>
  [status, (body as { code?: string }).code].filter((it) => it !== undefined).join(' ')

/** `401 invalid_client (3), 200 (1)` */
export const tally = (names: string[]) => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => `${name} (${count})`).join(', ')
}

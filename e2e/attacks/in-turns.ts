/** Does it so many times, with no more than `atOnce` under way. */
export const inTurns = async <Result>(times: number, atOnce: number, once: (nth: number) => Promise<Result>) => {
  const results: Result[] = []
  let next = 0
  const work = async () => {
    while (next < times) {
      const nth = next++
      results[nth] = await once(nth)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return results
}

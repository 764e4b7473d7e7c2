type Close = () => unknown | Promise<unknown>
/** Registers a part (or the promise of one) to be closed with the service. */
export type Own = <Part>(part: Part | Promise<Part>, close: (part: Part) => unknown | Promise<unknown>) => Promise<Part>

const closeAll = async (closers: Close[]) => {
  const failures: unknown[] = []
  for (const close of closers.toReversed()) {
    try {
      await close()
    } catch (error) {
      failures.push(error) // the remaining parts must still be closed
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Some parts failed to close.')
}

/** Builds a service of parts that close in reverse order, also if a later one fails to start. */
export const assemble = async <Result extends object>(build: (own: Own) => Promise<Result>) => {
  const closers: Close[] = []
  const own: Own = async (part, close) => {
    const opened = await part
    closers.push(() => close(opened))
    return opened
  }
  try {
    const built = await build(own)
    return { ...built, close: () => closeAll(closers) }
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}

type Close = () => unknown | Promise<unknown>
/** Takes a part (or the promise of one) into ownership: it is closed in its turn. */
export type Own = <Part>(part: Part | Promise<Part>, close: (part: Part) => unknown | Promise<unknown>) => Promise<Part>

const closeAll = async (closers: Close[]) => {
  const failures: unknown[] = []
  for (const close of closers.toReversed()) {
    try {
      await close()
    } catch (error) {
      failures.push(error) // the parts below must be closed all the same
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Some parts did not close.')
}

/** Builds a service. Parts close in reverse order, also when a later one fails to start. */
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

/** A mistake somebody might make, as a change of one source file. */
export type Plant = { file: string; replace: [searched: string, put: string][] }

/** @throws Error when the source no longer holds what is searched: the plant has to be renewed with it */
export const planted = (source: string, { file, replace }: Plant) => {
  let changed = source
  for (const [searched, put] of replace) {
    if (!changed.includes(searched)) throw new Error(`${file} no longer holds: ${searched}`)
    // A function: in a text, `$&` and the like would mean something.
    changed = changed.replace(searched, () => put)
  }
  return changed
}

/** A mistake somebody might make, as a change of one source file. */
export type Plant = { file: string; replace: [searched: string, put: string][] }

const directory = 'libs/token-verifier/src/live/session-directory.ts'

export const plants = {
  /** What comes last is believed, also when it is older: a relay that took over sends again what was sent. */
  'no version guard': {
    file: directory,
    replace: [['known && known.state.version < told.version', 'known']],
  },
  /** A slow answer is believed, whatever events told after its question. */
  'no floor': {
    file: directory,
    replace: [
      ['|| notes.ended.has(told.id)', ''],
      ["before?.state === 'ended' || (before && before.askedAt > askedAt)", 'false'],
      ['if (noted) learn(noted)', ''],
    ],
  },
} satisfies Record<string, Plant>

/** @throws Error when the source no longer holds what is searched: the plant has to be renewed with it */
export const planted = (source: string, { file, replace }: Plant) => {
  let changed = source
  for (const [searched, put] of replace) {
    if (!changed.includes(searched)) throw new Error(`${file} no longer holds: ${searched}`)
    changed = changed.replace(searched, put)
  }
  return changed
}

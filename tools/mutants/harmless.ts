import type { Mutant } from './make-mutants.ts'

/** A change that no caller, client or operator can tell from what is written: it is not counted. */
type Harmless = { file: string; text: string; from: string; to: string; because: string }

export const harmless: Harmless[] = []

export const isHarmless = (file: string, mutant: Mutant) =>
  harmless.some((it) => it.file === file && it.text === mutant.text && it.from === mutant.from && it.to === mutant.to)

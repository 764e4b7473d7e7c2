import { readFileSync } from 'node:fs'
import { coreFiles } from './core.ts'
import { draw } from './draw.ts'
import { isHarmless } from './harmless.ts'
import { describeMutant, makeMutants } from './make-mutants.ts'

const root = new URL('../..', import.meta.url)

/** All mutants of the core that some test must notice, by the name in the report. */
export const allMutants = () =>
  coreFiles.flatMap((file) =>
    makeMutants(readFileSync(new URL(file, root), 'utf8'))
      .filter((it) => !isHarmless(file, it))
      .map((it) => ({ ...it, file, name: `${file}:${describeMutant(it)}` })),
  )

/** @param only the beginning of the names to choose from, such as `services/identity/src/sign-in/log-in.ts:52` */
export const drawMutants = ({ seed, count, only }: { seed: number; count: number; only: string }) =>
  draw(
    allMutants().filter((it) => it.name.startsWith(only)),
    seed,
    count,
    (it) => it.name,
  )

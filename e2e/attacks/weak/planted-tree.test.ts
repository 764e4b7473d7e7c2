import { expect, it } from 'vitest'
import { attacks } from '../attacks.ts'
import { makePlantedTree } from './planted-tree.ts'

it.each(attacks)('the sources still hold what the plant of $finding changes: $title', ({ plants }) => {
  makePlantedTree(plants).remove()
})

it('all plants fit together', () => {
  makePlantedTree(attacks.flatMap((it) => it.plants)).remove()
})

it('a plant in a source that no container runs says so', () => {
  expect(() => makePlantedTree([{ file: 'bench/login.ts', replace: [] }])).toThrow('mounts no bench/login.ts')
})

import { readFileSync } from 'node:fs'
import { planted } from '@gatehouse/e2e/support/planted.ts'
import { expect, it } from 'vitest'
import { plants } from './plants.ts'

const root = new URL('../../', import.meta.url)

it.each(Object.entries(plants))('the sources still hold what the mistake "%s" changes', (_, plant) => {
  const source = readFileSync(new URL(plant.file, root), 'utf8')
  expect(planted(source, plant)).not.toBe(source)
})

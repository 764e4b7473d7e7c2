import { readFileSync, writeFileSync } from 'node:fs'
import { asyncApi } from './asyncapi.ts'
import { withErrorTable } from './error-table.ts'
import { eventSchemas } from './event-schemas.ts'
import { incompatibleChanges } from './incompatible-changes.ts'
import { openApi } from './openapi.ts'

// Writes docs/openapi.json, docs/asyncapi.json and the guide's table of errors. With --check it only compares, and fails if a
// file is out of date or an event is no longer compatible with the last release.
const at = (name: string) => new URL(`../../../../docs/${name}`, import.meta.url)
const fail = (text: string) => {
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
}
const isCheck = process.argv.includes('--check')

const read = (name: string) => readFileSync(at(name), 'utf8')
const textOf = (document: object) => `${JSON.stringify(document, null, 2)}\n`
const guide = 'guides/operating.md'

for (const [name, made] of [
  ['openapi.json', textOf(openApi())],
  ['asyncapi.json', textOf(asyncApi())],
  [guide, withErrorTable(read(guide))],
] as const) {
  if (!isCheck) writeFileSync(at(name), made)
  else if (read(name) !== made) fail(`docs/${name} is out of date. Run: npm run docs -w @gatehouse/gateway`)
}

// The event schemas of the last release. Each release replaces this file.
const released = JSON.parse(read('released-events.json'))
for (const broken of incompatibleChanges(released, eventSchemas())) {
  fail(`An event is incompatible with 0.1.0 and needs a new version: ${broken}`)
}

import { readFileSync, writeFileSync } from 'node:fs'
import { asyncApi } from './asyncapi.ts'
import { withErrorTable } from './error-table.ts'
import { eventSchemas } from './event-schemas.ts'
import { openApi } from './openapi.ts'
import { promisesBroken } from './promises-broken.ts'

// Writes docs/openapi.json, docs/asyncapi.json and the guide's table of errors; with --check it only compares, and fails when a
// file is not what would be written, or when an event is no longer what the last release promised.
const at = (name: string) => new URL(`../../../../docs/${name}`, import.meta.url)
const complain = (text: string) => {
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
  else if (read(name) !== made)
    complain(`docs/${name} is not in step with the code. Run: npm run docs -w @gatehouse/gateway`)
}

// The schemas of the last release; a release replaces the file by what it publishes.
const released = JSON.parse(read('released-events.json'))
for (const broken of promisesBroken(released, eventSchemas())) {
  complain(`An event is no longer what 0.1.0 promised, so it needs a new version: ${broken}`)
}

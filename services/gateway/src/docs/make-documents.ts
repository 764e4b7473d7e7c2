import { readFileSync, writeFileSync } from 'node:fs'
import { asyncApi } from './asyncapi.ts'
import { eventSchemas } from './event-schemas.ts'
import { openApi } from './openapi.ts'
import { promisesBroken } from './promises-broken.ts'

// Writes docs/openapi.json and docs/asyncapi.json; with --check it only compares, and fails when a file is not what would
// be written, or when an event is no longer what the last release promised.
const at = (name: string) => new URL(`../../../../docs/${name}`, import.meta.url)
const complain = (text: string) => {
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
}
const isCheck = process.argv.includes('--check')

for (const [name, document] of Object.entries({ 'openapi.json': openApi(), 'asyncapi.json': asyncApi() })) {
  const made = `${JSON.stringify(document, null, 2)}\n`
  if (!isCheck) writeFileSync(at(name), made)
  else if (readFileSync(at(name), 'utf8') !== made) {
    complain(`docs/${name} is not in step with the schemas. Run: npm run docs -w @gatehouse/gateway`)
  }
}

// The schemas of the last release; a release replaces the file by what it publishes.
const released = JSON.parse(readFileSync(at('released-events.json'), 'utf8'))
for (const broken of promisesBroken(released, eventSchemas())) {
  complain(`An event is no longer what 0.1.0 promised, so it needs a new version: ${broken}`)
}

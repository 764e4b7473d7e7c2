import { readFileSync, writeFileSync } from 'node:fs'
import { openApi } from './openapi.ts'

// Writes docs/openapi.json; with --check it only compares, and fails when the file is not what would be written.
const file = new URL('../../../../docs/openapi.json', import.meta.url)
const made = `${JSON.stringify(openApi(), null, 2)}\n`

if (!process.argv.includes('--check')) writeFileSync(file, made)
else if (readFileSync(file, 'utf8') !== made) {
  process.stderr.write('docs/openapi.json is not in step with the schemas. Run: npm run docs -w @gatehouse/gateway\n')
  process.exitCode = 1
}

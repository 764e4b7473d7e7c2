// Part of `npm run check`: package-lock.json alone must determine what is installed.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { problemsOfLockFile, problemsOfNpmrc } from './lock-file.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const problems = [...problemsOfLockFile(JSON.parse(read('package-lock.json'))), ...problemsOfNpmrc(read('.npmrc'))]
if (existsSync(join(root, 'npm-shrinkwrap.json'))) problems.push('npm-shrinkwrap.json would be read instead')
for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) process.stderr.write('See "Add a dependency" in CONTRIBUTING.md.\n')
process.exitCode = problems.length > 0 ? 1 : 0

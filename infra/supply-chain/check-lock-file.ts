// Part of `npm run check`: package-lock.json alone decides which bytes are installed.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { problemsOfLockFile } from './lock-file.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const problems = problemsOfLockFile(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
if (existsSync(join(root, 'npm-shrinkwrap.json'))) problems.push('npm-shrinkwrap.json would be read in its place')
for (const problem of problems) process.stderr.write(`package-lock.json: ${problem}\n`)
if (problems.length > 0) process.stderr.write('See "A new dependency" in CONTRIBUTING.md.\n')
process.exitCode = problems.length > 0 ? 1 : 0

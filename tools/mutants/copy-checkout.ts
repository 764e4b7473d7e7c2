import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = new URL('../..', import.meta.url).pathname
const copied = [
  'libs',
  'services',
  'migrations',
  'tools/mutants',
  'docs',
  'package.json',
  'tsconfig.base.json',
  'infra',
]

/** Links the checkout's packages, except for @gatehouse: those must be the copy's, or no mutant would run. */
export const copyCheckout = () => {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-mutants-'))
  for (const it of copied) cpSync(join(root, it), join(path, it), { recursive: true, verbatimSymlinks: true })
  const packages = join(path, 'node_modules')
  mkdirSync(packages)
  for (const name of readdirSync(join(root, 'node_modules')).filter((it) => it !== '@gatehouse' && it !== '.vite'))
    symlinkSync(join(root, 'node_modules', name), join(packages, name))
  cpSync(join(root, 'node_modules/@gatehouse'), join(packages, '@gatehouse'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  return path
}

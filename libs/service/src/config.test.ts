import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigError, readEnvironment, secretFile, wholeNumber, withPassword } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const schema = z.object({ PORT: wholeNumber(0, 65_535), URL: z.url(), SECRET_FILE: secretFile })

describe('readEnvironment', () => {
  it('reports all problems at once and repeats no value', () => {
    const read = () => readEnvironment(schema, { PORT: '80a', URL: '', SECRET_FILE: file('empty', '\n') })
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(/3 problem/)
    expect(read).toThrow(/PORT: must be a whole number/)
    expect(read).toThrow(/URL: is not set/)
    expect(read).toThrow(/SECRET_FILE: the file .* is empty/)
    expect(read).not.toThrow(/80a/)
  })

  it('reads a secret from its file without the final newline', () => {
    const env = { PORT: '80', URL: 'http://a', SECRET_FILE: file('secret', 'open sesame\n') }
    expect(readEnvironment(schema, env)).toEqual({ PORT: 80, URL: 'http://a', SECRET_FILE: 'open sesame' })
  })
})

describe('withPassword', () => {
  it('rejects a second password', () => {
    expect(() => withPassword('postgres://a:b@host/db', 'c')).toThrow(ConfigError)
  })

  it('escapes characters that are special in a URL', () => {
    expect(new URL(withPassword('postgres://a@host/db', 'p@ss/word')).password).toBe('p%40ss%2Fword')
  })
})

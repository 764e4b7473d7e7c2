import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ownRoot } from '../harness/service-process.ts'

const run = promisify(execFile)

/** A work tree of an earlier revision with its own packages. */
export const checkOut = async (revision: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-release-'))
  const root = join(folder, 'checkout')
  await run('git', ['worktree', 'add', '--detach', root, revision], { cwd: ownRoot })
  const remove = async () => {
    await run('git', ['worktree', 'remove', '--force', root], { cwd: ownRoot })
    rmSync(folder, { recursive: true })
  }
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, maxBuffer: 64 * 1024 * 1024 })
  } catch (error) {
    await remove()
    throw error
  }
  return { root: `${root}/`, remove }
}

import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { importQuery } from '@gatehouse/contracts'
import { AppError, parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { ImportUsers } from '../users/import-users.ts'

const unsupported = () =>
  new AppError('unsupported_media', 'unsupported_media_type', 'Send JSON lines as application/x-ndjson.', {
    headers: { Accept: 'application/x-ndjson' },
  })

/**
 * `POST /users/import`: JSON lines in, JSON lines out: one for each refused row as it is met, and the summary last. An
 * answer without a summary was cut short.
 */
export const importUsersRoute =
  (importUsers: ImportUsers): RequestHandler =>
  async (req, res) => {
    if (!req.is('application/x-ndjson')) throw unsupported()
    const { dry_run } = parseRequest(importQuery, req.query)
    const write = async (line: object) => {
      if (!res.write(`${JSON.stringify(line)}\n`)) await once(res, 'drain')
    }
    res.set({ 'Cache-Control': 'no-store', 'Content-Type': 'application/x-ndjson' })
    const lines = createInterface({ input: req, crlfDelay: Number.POSITIVE_INFINITY })
    const summary = await importUsers(lines, { isDryRun: dry_run, report: write })
    await write(summary)
    res.end()
  }

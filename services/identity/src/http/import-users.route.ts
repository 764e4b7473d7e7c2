import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type ImportStopped as ImportStoppedLine, importQuery } from '@gatehouse/contracts'
import { AppError, parseRequest } from '@gatehouse/service'
import type { Accounts } from '../accounts/accounts.ts'
import { ImportStopped } from '../accounts/import-users.ts'
import type { PlainHandlers } from './authenticate.ts'

const unsupported = () =>
  new AppError('unsupported_media', 'unsupported_media_type', 'Send JSON lines as application/x-ndjson.', {
    headers: { Accept: 'application/x-ndjson' },
  })

/**
 * `POST /users/import`: reads JSON lines and responds with JSON lines, one for each rejected row and the summary last. A
 * response without a summary is incomplete. If the admin loses session or role meanwhile, the response is the usual refusal
 * or, if lines were sent already, a last line that says so.
 */
export const importUsersRoute =
  (accounts: Accounts): PlainHandlers['importUsers'] =>
  async (req, res, { actor }) => {
    if (!req.is('application/x-ndjson')) throw unsupported()
    const { dry_run } = parseRequest(importQuery, req.query)
    const write = async (line: object) => {
      if (!res.write(`${JSON.stringify(line)}\n`)) await once(res, 'drain')
    }
    res.set('Content-Type', 'application/x-ndjson')
    const lines = createInterface({ input: req, crlfDelay: Number.POSITIVE_INFINITY })
    try {
      await write(await accounts.import(lines, { isDryRun: dry_run, report: write, actor }))
    } catch (error) {
      if (!(error instanceof ImportStopped)) throw error
      if (!res.headersSent) throw error.refusal
      const { code, message: detail } = error.refusal
      await write({ code, detail, stopped_at: error.line } satisfies ImportStoppedLine)
    } finally {
      // The rest of the request is discarded: most clients read the response only after sending everything.
      req.resume()
    }
    res.end()
  }

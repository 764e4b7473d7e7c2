import { as } from '../support/client.ts'

/** Imports users. @returns the codes of the refused rows, in the order of the lines, and how many were taken */
export const importLines = async (adminToken: string, rows: object[]) => {
  const body = rows.map((it) => JSON.stringify(it)).join('\n')
  const headers = { 'content-type': 'application/x-ndjson' }
  const { status, text } = await as(adminToken).send('POST', '/users/import', { headers, body })
  if (status !== 200) throw new Error(`it was answered ${status}: ${text}`)
  const report: Record<string, unknown>[] = text
    .trim()
    .split('\n')
    .map((it) => JSON.parse(it))
  const summary = report.at(-1)
  if (typeof summary?.imported !== 'number') throw new Error(`the import was cut short: ${text}`)
  return { imported: summary.imported, codes: report.slice(0, -1).map((it) => String(it.code)) }
}

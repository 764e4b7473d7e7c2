import { type AuditPage, type AuditQuery, auditQuery } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'

/** `GET /audit` */
export const auditRoute =
  (findPage: (query: AuditQuery) => Promise<AuditPage>): RequestHandler =>
  async (req, res) => {
    res.set('Cache-Control', 'no-store').json(await findPage(parseRequest(auditQuery, req.query)))
  }

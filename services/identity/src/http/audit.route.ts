import { auditQuery } from '@gatehouse/contracts'
import { parseRequest } from '@gatehouse/service'
import type { RequestHandler } from 'express'
import type { Audit } from '../audit/audit.ts'

/** `GET /audit` */
export const auditRoute =
  ({ findPage }: Pick<Audit, 'findPage'>): RequestHandler =>
  async (req, res) => {
    res.set('Cache-Control', 'no-store').json(await findPage(parseRequest(auditQuery, req.query)))
  }

import express, { type RequestHandler, type Router } from 'express'
import { AppError } from './app-error.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A route: `['POST', '/auth/login', ...handlers]`. */
export type Route = [Method, string, ...RequestHandler[]]

const methodNotAllowed = (methods: Method[]): RequestHandler => {
  const allow = methods.flatMap((it) => (it === 'GET' ? ['GET', 'HEAD'] : [it])).join(', ')
  return () => {
    throw new AppError('method_not_allowed', 'method_not_allowed', `This path accepts ${allow}.`, {
      headers: { Allow: allow },
    })
  }
}

/**
 * Creates a router: 405 with `Allow` for another method of a known path, 404 for an unknown path.
 * @param hotPaths paths whose GET is served before this router
 */
export const createRouter = (table: Route[], hotPaths: Iterable<string>): Router => {
  // Exact paths only, as for the hot routes.
  const router = express.Router({ caseSensitive: true, strict: true })
  for (const path of new Set(table.map(([, it]) => it))) {
    const here = table.filter(([, it]) => it === path)
    for (const [method, , ...handlers] of here) {
      router[method.toLowerCase() as Lowercase<Method>](path, ...handlers)
    }
    router.all(path, methodNotAllowed(here.map(([method]) => method)))
  }
  for (const path of hotPaths) router.all(path, methodNotAllowed(['GET']))
  router.use(() => {
    throw new AppError('not_found', 'not_found', 'This path does not exist.')
  })
  return router
}

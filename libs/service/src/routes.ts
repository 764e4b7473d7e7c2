import express, { type RequestHandler, type Router } from 'express'
import { AppError } from './app-error.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One line of a route table: `['POST', '/auth/login', ...handlers]`. */
export type Route = [Method, string, ...RequestHandler[]]

const methodNotAllowed = (methods: Method[]): RequestHandler => {
  const allow = methods.flatMap((it) => (it === 'GET' ? ['GET', 'HEAD'] : [it])).join(', ')
  return () => {
    throw new AppError('method_not_allowed', 'method_not_allowed', `This path takes ${allow}.`, {
      headers: { Allow: allow },
    })
  }
}

/**
 * Builds the router of a table: a known path with another method is 405 with `Allow`, an unknown path 404.
 * @param inFront paths whose GET never comes as far as here
 */
export const routerOf = (table: Route[], inFront: Iterable<string>): Router => {
  // One spelling for each path, as in front of it.
  const router = express.Router({ caseSensitive: true, strict: true })
  for (const path of new Set(table.map(([, it]) => it))) {
    const here = table.filter(([, it]) => it === path)
    for (const [method, , ...handlers] of here) {
      router[method.toLowerCase() as Lowercase<Method>](path, ...handlers)
    }
    router.all(path, methodNotAllowed(here.map(([method]) => method)))
  }
  for (const path of inFront) router.all(path, methodNotAllowed(['GET']))
  router.use(() => {
    throw new AppError('not_found', 'not_found', 'There is nothing at this path.')
  })
  return router
}

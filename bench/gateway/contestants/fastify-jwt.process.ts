import fastifyJwt from '@fastify/jwt'
import fastify, { type FastifyRequest } from 'fastify'
import { contest, userHeaders, usersById } from './contestant.ts'

/** Fastify with @fastify/jwt, whose cache of verified tokens has room for all people here. */
contest(async ({ issuer, audience, publicPem, people, refused }) => {
  const users = usersById(people)
  const app = fastify()
  await app.register(fastifyJwt, {
    secret: { public: publicPem },
    verify: { algorithms: ['RS256'], allowedIss: issuer, allowedAud: audience, cache: Math.max(1_000, people) },
  })
  const userOf = async (req: FastifyRequest) => {
    const { sub } = await req.jwtVerify<{ sub: string }>()
    return users.get(sub)
  }
  app.get('/auth/me', async (req, reply) => {
    const user = await userOf(req)
    if (!user) return reply.code(401).send()
    return reply.header('Cache-Control', 'no-store').send(user)
  })
  app.get('/auth/verify', async (req, reply) => {
    const user = await userOf(req)
    if (!user) return reply.code(401).send()
    return reply.code(204).headers(userHeaders(user)).send()
  })
  app.setErrorHandler((error: { statusCode?: number }, _req, reply) => {
    if (error.statusCode !== 401) throw error
    return reply.code(401).headers(refused.headers).send(refused.body)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server
})

import type { TokenChoice } from './load.process.ts'
import { type Tokens, warmPeople } from './tokens.ts'

export const contestants = {
  gateway: 'the gateway as it ships',
  'node-http': 'bare node:http',
  'express-jwt': 'Express, express-jwt, jwks-rsa',
  'fastify-jwt': 'Fastify, @fastify/jwt',
  jsonwebtoken: 'Express, jsonwebtoken.verify',
} as const
export type Contestant = keyof typeof contestants

export type Case = {
  name: string
  title: string
  path: string
  status: number
  /** What to send in a round; round 0 warms up. No contestant sees a token of `once` twice. */
  tokens: (round: number) => TokenChoice
  /** Minimum ratio of the gateway to another contestant. */
  aims: Partial<Record<Contestant, number>>
}

/** The cases, which are the same for every contestant. */
export const casesOf = (tokens: Tokens, rounds: number): Case[] => {
  const warm = (): TokenChoice => ({ file: tokens.ofPeople.file, use: 'again', first: 0, count: warmPeople })
  // A quarter for the warm-up, the rest in equal parts for the rounds.
  const slices =
    ({ file, count }: Tokens['neverSeen']) =>
    (round: number): TokenChoice => {
      const toWarmUp = Math.floor(count / 4)
      const each = Math.floor((count - toWarmUp) / rounds)
      if (round === 0) return { file, use: 'once', first: 0, count: toWarmUp }
      return { file, use: 'once', first: toWarmUp + (round - 1) * each, count: each }
    }
  const me = { path: '/auth/me', status: 200 }
  return [
    {
      name: 'warm',
      title: `${warmPeople} warm tokens, GET /auth/me`,
      ...me,
      tokens: warm,
      aims: { 'node-http': 0.8, 'express-jwt': 3.5 },
    },
    {
      name: 'never-seen',
      title: 'Tokens never seen before, GET /auth/me',
      ...me,
      tokens: slices(tokens.neverSeen),
      aims: { jsonwebtoken: 0.9 },
    },
    {
      name: 'verify',
      title: 'Warm tokens, GET /auth/verify',
      path: '/auth/verify',
      status: 204,
      tokens: warm,
      aims: {},
    },
    {
      name: 'refused',
      title: 'Invalid tokens, all different: 401',
      path: '/auth/me',
      status: 401,
      tokens: slices(tokens.bad),
      aims: {},
    },
  ]
}

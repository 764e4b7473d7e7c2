import { z } from 'zod'
import { call, ok, unchanged } from '../declare-call.ts'
import { health } from '../health.ts'
import { jwks, serverMetadata } from '../jwks.ts'
import { metadata } from './examples.ts'

const ready = health.pick({ status: true })

/** Public metadata, health and metrics. */
export const discoveryCalls = {
  readJwks: call('GET /.well-known/jwks.json', {
    tag: 'discovery',
    summary: 'Get the keys that verify tokens (RFC 7517)',
    by: 'anyone',
    fromMemory: true,
    answers: ok(jwks, 'the public keys', {
      keys: [
        {
          kty: 'RSA',
          use: 'sig',
          alg: 'RS256',
          kid: 'kJ8n0mXc3rB2',
          n: 'xwQ72P9z9OYshiQ-ntDYaPnnfwG6u9JAdLMZ5o0dmjlcyrvwQRdoFIKPnO65Q8mh6F_LDSxjxa2Yzo_wdjhbPZLjfUJXgCzm54cClXzT5twzo7lzoAfaJlkTsoZc2HFWqmcri0BuzmTFLZx2Q7wYBm0pXHmQKF0V-C1O6NWfd4mfBhbM-I1tHYSpAMgarSm22WDMDx-WWI7TEzy2QhaBVaENW9BKaKkJklocAZCxk18WhR0fckIGiWiSM5FcU1PY2jfGsTmX505Ub7P5Dz75Ygqrutd5tFrcqyPAtPTFDk8X1InxkkUwpP3nFU5o50DGhwQolGYKPGtQ-ZtmbOfcWQ',
          e: 'AQAB',
        },
      ],
    }),
    orAnswers: [unchanged],
  }),
  readMetadata: call('GET /.well-known/oauth-authorization-server', {
    tag: 'discovery',
    summary: 'Get the authorization server metadata (RFC 8414)',
    by: 'anyone',
    fromMemory: true,
    answers: ok(serverMetadata, 'the metadata', metadata),
    orAnswers: [unchanged],
  }),
  readHealth: call('GET /health', {
    tag: 'health',
    summary: 'Check whether requests can be answered',
    servedBy: 'gateway',
    by: 'anyone',
    fromMemory: true,
    answers: ok(ready, 'ready', { status: 'ready' }),
    orAnswers: [ok(ready, 'not ready', { status: 'not_ready' }, { status: 503 })],
  }),
  readLiveness: call('GET /health/live', {
    tag: 'health',
    summary: 'Check whether this process runs',
    servedBy: 'each',
    isInternal: true,
    by: 'anyone',
    fromMemory: true,
    answers: ok(z.object({ status: z.literal('live') }), 'running', { status: 'live' }),
  }),
  readReadiness: call('GET /health/ready', {
    tag: 'health',
    summary: 'Check whether this replica can answer requests, with the state of each dependency',
    servedBy: 'each',
    isInternal: true,
    by: 'anyone',
    fromMemory: true,
    answers: ok(health, 'ready', { status: 'ready', dependencies: { postgres: { state: 'up' } } }),
    orAnswers: [
      ok(
        health,
        'not ready',
        { status: 'not_ready', dependencies: { postgres: { state: 'down', detail: 'connect ECONNREFUSED' } } },
        { status: 503 },
      ),
    ],
  }),
  readMetrics: call('GET /metrics', {
    tag: 'health',
    summary: 'Metrics for Prometheus',
    servedBy: 'each',
    isInternal: true,
    by: 'anyone',
    fromMemory: true,
    answers: ok(z.string(), 'the metrics', 'process_cpu_seconds_total 1.2\n', { type: 'text/plain' }),
  }),
}

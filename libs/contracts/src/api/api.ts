import type { Call } from '../call.ts'
import { authCalls } from './auth-calls.ts'
import { discoveryCalls } from './discovery-calls.ts'
import { serviceCalls } from './service-calls.ts'
import { userCalls } from './user-calls.ts'

/** Every call, by operation id. Routes, documents and clients derive from this. */
export const api = { ...authCalls, ...userCalls, ...serviceCalls, ...discoveryCalls }
export type Api = typeof api

/** `api` as a list. */
export const calls = Object.entries(api).map(([operationId, call]) => ({ operationId, call: call as Call }))

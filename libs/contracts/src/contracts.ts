export * from './access-token.ts'
export * from './api/api.ts'
export * from './audit.ts'
export {
  type Answer,
  type AnswerOf,
  anywhere,
  type Body,
  type BodyOf,
  type By,
  type Call,
  call,
  type MediaType,
  type Method,
  type ParamsOf,
  type QueryOf,
} from './call.ts'
export * from './cloud-event.ts'
export * from './events.ts'
export * from './health.ts'
export * from './heartbeat.ts'
export * from './history.ts'
export * from './jwks.ts'
export * from './login.ts'
export * from './password.ts'
export * from './problem.ts'
export * from './problem-codes.ts'
export * from './service-scope.ts'
export * from './session-lookup.ts'
export * from './sessions.ts'
export * from './user.ts'
export * from './user-administration.ts'
export * from './user-import.ts'

export * from './access-token.ts'
export * from './api/api.ts'
export * from './audit.ts'
export type {
  Answer,
  AnswerOf,
  Body,
  BodyOf,
  By,
  Call,
  MediaType,
  Method,
  ParamsOf,
  QueryOf,
  Sends,
} from './call.ts'
export * from './cloud-event.ts'
export { call } from './declare-call.ts'
export * from './events.ts'
export * from './health.ts'
export * from './heartbeat.ts'
export * from './history.ts'
export * from './jwks.ts'
export * from './login.ts'
export * from './password.ts'
export * from './problem.ts'
export * from './problem-codes.ts'
export { commonCodes } from './refusals-of-call.ts'
export * from './service-scope.ts'
export * from './session-lookup.ts'
export * from './sessions.ts'
export * from './user.ts'
export * from './user-administration.ts'
export * from './user-import.ts'

// Members that describe the failure. For database errors they name objects of the schema, never values.
const loggedMembers = [
  ...['code', 'errno', 'syscall', 'hostname', 'address', 'port', 'path', 'status'],
  ...['severity', 'schema', 'table', 'column', 'constraint', 'routine'],
]
const maxCauses = 5
const maxErrors = 10
const maxLength = 8_192

// SQLSTATE class 22, data exception ("invalid input syntax for type uuid: …"), and errors of JSON.parse, which quote the input.
const quotesValues = (error: Error & { code?: unknown }) =>
  error instanceof SyntaxError || /^22/.test(String(error.code))

const messageOf = (error: Error) => {
  const message = error.message.slice(0, maxLength)
  return quotesValues(error) ? message.replace(/"[\s\S]*"/, '"…"') : message
}

// Stack frames only: the first lines repeat the message, which may quote values.
const framesOf = ({ stack = '' }: Error) =>
  stack
    .slice(-maxLength)
    .split('\n')
    .filter((line) => /^ +at /.test(line))
    .join('\n')

const memberOf = (error: Error, name: string) => {
  const value = (error as unknown as Record<string, unknown>)[name]
  return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : []
}

/**
 * An error as it may be logged: its class, message and stack, those of its causes, and members that contain no values.
 * Omitted are the SQL parameters of a QueryFailedError (hashes, whole events), Postgres' `detail` ("Key (username)=(…)") and
 * the `input` of an invalid URL.
 */
export const loggedError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error).slice(0, maxLength) }
  const message = messageOf(error)
  const { cause, errors } = error as Error & { errors?: unknown }
  const isDeep = depth >= maxCauses
  return {
    type: error.constructor.name,
    message,
    stack: framesOf(error),
    ...Object.fromEntries(loggedMembers.flatMap((name) => memberOf(error, name))),
    ...(cause !== undefined && !isDeep && { cause: loggedError(cause, depth + 1) }),
    ...(Array.isArray(errors) &&
      !isDeep && { errors: errors.slice(0, maxErrors).map((it) => loggedError(it, depth + 1)) }),
  }
}

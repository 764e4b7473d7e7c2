// What tells where and how; of a database error the names of things, never the values that were in them.
const told = [
  ...['code', 'errno', 'syscall', 'hostname', 'address', 'port', 'path', 'status'],
  ...['severity', 'schema', 'table', 'column', 'constraint', 'routine'],
]
const mostCauses = 5
const mostErrors = 10
const longest = 8_192

// SQLSTATE class 22, data exception ("invalid input syntax for type uuid: …"), and what JSON.parse found instead of JSON.
const quotesValues = (error: Error & { code?: unknown }) =>
  error instanceof SyntaxError || /^22/.test(String(error.code))

const messageOf = (error: Error) => {
  const message = error.message.slice(0, longest)
  return quotesValues(error) ? message.replace(/"[\s\S]*"/, '"…"') : message
}

// Its first lines are kind and message again, and the message may quote values.
const framesOf = ({ stack = '' }: Error) =>
  stack
    .slice(-longest)
    .split('\n')
    .filter((line) => /^ +at /.test(line))
    .join('\n')

const memberOf = (error: Error, name: string) => {
  const value = (error as unknown as Record<string, unknown>)[name]
  return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : []
}

/**
 * An error as a log may hold it: its kind, message and stack, those of its causes, and members that hold no values. So not
 * the SQL parameters of a QueryFailedError (hashes, whole events), not the `detail` of Postgres ("Key (username)=(…)"), not
 * the `input` of an invalid URL.
 */
export const loggedError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error).slice(0, longest) }
  const message = messageOf(error)
  const { cause, errors } = error as Error & { errors?: unknown }
  const isDeep = depth >= mostCauses
  return {
    type: error.constructor.name,
    message,
    stack: framesOf(error),
    ...Object.fromEntries(told.flatMap((name) => memberOf(error, name))),
    ...(cause !== undefined && !isDeep && { cause: loggedError(cause, depth + 1) }),
    ...(Array.isArray(errors) &&
      !isDeep && { errors: errors.slice(0, mostErrors).map((it) => loggedError(it, depth + 1)) }),
  }
}

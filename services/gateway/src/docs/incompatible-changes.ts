type Schema = { [keyword: string]: unknown }

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : [])
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
const isIn = (values: unknown[]) => (value: unknown) => values.some((it) => same(it, value))

/** Incompatible changes for a subscriber written for `released`. New members are compatible. */
const changesOf = (released: Schema, now: Schema, path: string): string[] => {
  const found: string[] = []
  // A parser generated from the old schema rejects a new value.
  if ('enum' in released && !list(now.enum).every(isIn(list(released.enum)))) found.push(`${path} has new values`)
  for (const keyword of ['type', 'const', 'format', 'pattern', 'maxLength', 'maximum', 'maxItems'])
    if (keyword in released && !same(released[keyword], now[keyword])) found.push(`${path} has a different ${keyword}`)
  const properties = isSchema(now.properties) ? now.properties : {}
  for (const [name, before] of Object.entries(isSchema(released.properties) ? released.properties : {})) {
    const here = `${path}.${name}`
    const after = properties[name]
    if (!isSchema(after)) found.push(`${here} was removed`)
    else {
      if (isIn(list(released.required))(name) && !isIn(list(now.required))(name)) found.push(`${here} became optional`)
      if (isSchema(before)) found.push(...changesOf(before, after, here))
    }
  }
  if (isSchema(released.items))
    found.push(...changesOf(released.items, isSchema(now.items) ? now.items : {}, `${path}[]`))
  const choices = list(released.anyOf)
  const choicesNow = list(now.anyOf)
  if (choicesNow.length > choices.length) found.push(`${path} has a new alternative`)
  for (const [at, choice] of choices.entries()) {
    const after = choicesNow[at]
    if (isSchema(choice) && isSchema(after)) found.push(...changesOf(choice, after, path))
    else if (choicesNow.length === 0) found.push(`${path} has no alternatives any more`)
  }
  return found
}

/** Compares event schemas with those of a release, both by event type. @returns the incompatible changes */
export const incompatibleChanges = (released: Record<string, Schema>, now: Record<string, Schema>) =>
  Object.entries(released).flatMap(([type, before]) => {
    const after = now[type]
    return after ? changesOf(before, after, type) : [`${type} was removed`]
  })

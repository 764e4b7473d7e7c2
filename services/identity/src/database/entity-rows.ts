import type { EntitySchema } from 'typeorm'

/**
 * Maps between entities and rows of hand-written SQL, for the statements of sign-in, refresh and look-up, where TypeORM takes
 * longer than Postgres. Column values are used as the driver returns them.
 */
export const rowsOf = <Entity>(schema: EntitySchema<Entity>, alias: string) => {
  const { tableName } = schema.options
  const columns = Object.entries<{ name?: string } | undefined>(schema.options.columns).map(([property, column]) => {
    const name = column?.name ?? property
    return { property, name, as: `${alias}_${name}` }
  })
  const nameOf = new Map(columns.map(({ property, name }) => [property, name]))
  const names = columns.map(({ name }) => name).join(', ')
  const parameters = columns.map((_, at) => `$${at + 1}`).join(', ')
  return {
    inserted: `INSERT INTO ${tableName} (${names}) VALUES (${parameters})`,
    /** The parameter values of `inserted`. */
    valuesOf: (entity: Entity) => columns.map(({ property }) => (entity as Record<string, unknown>)[property]),
    /** The `SET` list of an update whose first parameters are the values of `changed`. */
    assigned: (changed: Partial<Entity>) =>
      Object.keys(changed)
        .map((property, at) => `${nameOf.get(property)} = $${at + 1}`)
        .join(', '),
    selected: columns.map(({ name, as }) => `${alias}.${name} AS ${as}`).join(', '),
    /** @returns null if an outer join found no entity */
    read: (row: Record<string, unknown>): Entity | null => {
      const entity: Record<string, unknown> = {}
      for (const { property, as } of columns) entity[property] = row[as]
      return entity.id === null ? null : (entity as Entity)
    },
  }
}

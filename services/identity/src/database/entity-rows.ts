import type { EntitySchema } from 'typeorm'

/**
 * For statements on the busiest ways, whose rows TypeORM's own reading would cost more than Postgres' answer: the columns
 * of an entity under an alias, and an entity out of such a row. What the driver hands over is what the columns hold.
 */
export const rowsOf = <Entity>(schema: EntitySchema<Entity>, alias: string) => {
  const columns = Object.entries<{ name?: string } | undefined>(schema.options.columns).map(([property, column]) => {
    const name = column?.name ?? property
    return { property, name, as: `${alias}_${name}` }
  })
  return {
    selected: columns.map(({ name, as }) => `${alias}.${name} AS ${as}`).join(', '),
    /** @returns null for a row in which a join found none */
    read: (row: Record<string, unknown>): Entity | null => {
      const entity: Record<string, unknown> = {}
      for (const { property, as } of columns) entity[property] = row[as]
      return entity.id === null ? null : (entity as Entity)
    },
  }
}

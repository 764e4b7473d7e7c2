import type { EntityManager } from 'typeorm'

/** What the database's clock says: the one clock that all replicas share. */
export const readClock = async (manager: EntityManager): Promise<Date> => {
  const [row]: [{ now: Date }] = await manager.query('SELECT clock_timestamp() AS now')
  return row.now
}

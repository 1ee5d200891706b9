import { RunAlreadyActiveError } from '../errors.ts'
import type { Run } from '../generated/sqlite/client.ts'
import type { Db, Tx } from './db/open-db.ts'
import { isUniqueViolation } from './db/sql.ts'
import { createRun, type NewRun } from './run-states.ts'

/** A run that is planned later. Throws RunAlreadyActiveError. */
export const createExclusively = (db: Db, run: NewRun) => exclusively(db, run, (tx) => createRun(tx, run))

/** Throws RunAlreadyActiveError when an active run has the same key. */
export async function exclusively(db: Db, run: NewRun, create: (tx: Tx) => Promise<Run>): Promise<Run> {
  try {
    return await db.$transaction(create)
  } catch (error) {
    if (!isUniqueViolation(error) || !run.activeKey) throw error
    const active = await db.run.findUnique({ where: { activeKey: run.activeKey } })
    // it ended between the two: the key is free again
    if (!active) return exclusively(db, run, create)
    throw new RunAlreadyActiveError(active.id)
  }
}

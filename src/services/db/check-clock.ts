import { OperatorError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Db } from './open-db.ts'

export class ClockError extends OperatorError {
  override readonly name = 'ClockError'
  constructor(awayMs: number) {
    super(
      `The clock of this machine is ${Math.round(awayMs / 1_000)} s away from PostgreSQL's. Leases are kept by the clock: let both be set over the network (NTP), then start again.`,
    )
  }
}

/**
 * Leases are written and read by the clocks of different processes. One that is too far ahead would take everybody's
 * tasks away; so it may not start (ClockError) when it is a third of a lease away, and is warned of at a sixth. For
 * PostgreSQL.
 */
export async function checkClock(db: Pick<Db, '$queryRaw'>, leaseMs: number, log: Log): Promise<void> {
  const before = Date.now()
  const [row] = await db.$queryRaw<{ ms: number }[]>`
    SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS DOUBLE PRECISION) AS ms`
  const after = Date.now()
  const ms = row?.ms ?? before
  // when in between it was asked is not known
  const awayMs = Math.max(0, before - ms, ms - after)
  if (awayMs > leaseMs / 3) throw new ClockError(awayMs)
  if (awayMs > leaseMs / 6) log.warn({ awayMs }, "the clock of this machine is away from PostgreSQL's")
}

import { randomUUID } from 'node:crypto'
import { SourceUnavailableError } from '../../errors.ts'
import { Prisma } from '../../generated/sqlite/client.ts'
import type { Db } from '../db/open-db.ts'
import { type HostLimits, type Place, type SharedPlaces, usualLimits, type Wait } from './host-limiter.ts'
import { keepLease, type Lease } from './lease.ts'

interface Deps {
  db: Pick<Db, '$queryRaw' | '$executeRaw'>
  limits?: Partial<HostLimits>
  /** how long a place stays with a process that is not heard of, ms */
  leaseMs?: number
}

/** What one look at the rows tells. */
interface Look {
  /** of the request that has begun with it; null when none may */
  turn: number | null
  msUntilNext: number
  msUntilUnheld: number
}

interface Begun {
  token: string
  turn: number
  lease: Lease
}

/** Nobody looks more often while all places are taken, or while the host may be asked sooner than its row says, ms. */
const lookAgainMs = 500

// the database's clock: those of the machines differ. What is to be over now is over since a millisecond, for rows know
// no less and round up
const now = Prisma.sql`(clock_timestamp() AT TIME ZONE 'UTC')`
const inMs = (ms: number) => Prisma.sql`${now} + ${ms}::float8 * interval '1 millisecond'`
const msUntil = (time: Prisma.Sql) => Prisma.sql`EXTRACT(EPOCH FROM ${time} - ${now})::float8 * 1000`

/**
 * Places that all processes on one PostgreSQL share: a row for each request that may be under way, held under a lease,
 * so that one who is killed keeps none, and a row for each host, with when it may be asked next. `take` fails with the
 * error of the database when that is away.
 */
export function createFleetPlaces({ db, limits, leaseMs = 15_000 }: Deps): SharedPlaces {
  const { atOnce, atOncePerHost, silenceMs } = { ...usualLimits, ...limits }

  /**
   * One statement, so that it holds nothing while it is not needed. What it has seen of the host's places is true as
   * long as the host's turn is the same, by which the UPDATE is guarded; a place that somebody else is about to take is
   * not waited for.
   */
  async function look(host: string, token: string, askedMs: number): Promise<Look | undefined> {
    const [row] = await db.$queryRaw<Look[]>`
      WITH seen AS MATERIALIZED (
        SELECT h."turn", ${msUntil(Prisma.sql`h."nextAt"`)} AS "msUntilNext",
          ${msUntil(Prisma.sql`h."heldUntil"`)} AS "msUntilUnheld",
          (SELECT count(*) FROM "SourcePlace" p WHERE p."host" = h."host" AND p."until" > ${now}) AS "running"
        FROM "SourceHost" h WHERE h."host" = ${host}
      ), place AS MATERIALIZED (
        SELECT "number" FROM "SourcePlace" WHERE "number" <= ${atOnce} AND "until" <= ${now}
          AND (SELECT "msUntilNext" <= 0 AND "msUntilUnheld" <= 0 AND "running" < ${atOncePerHost} FROM seen)
        ORDER BY "number" LIMIT 1 FOR UPDATE SKIP LOCKED
      ), begun AS (
        UPDATE "SourceHost" h SET "turn" = h."turn" + 1, "nextAt" = ${inMs(Math.max(silenceMs, askedMs))}
        FROM seen, place WHERE h."host" = ${host} AND h."turn" = seen."turn" AND h."heldUntil" <= ${now}
        RETURNING h."turn", place."number"
      ), taken AS (
        UPDATE "SourcePlace" p SET "token" = ${token}, "host" = ${host}, "until" = ${inMs(leaseMs)}
        FROM begun WHERE p."number" = begun."number"
      )
      SELECT (SELECT "turn" FROM begun) AS "turn", "msUntilNext", "msUntilUnheld" FROM seen`
    return row
  }

  /** Forgets hosts that nobody has asked for an hour, so that there are never many. */
  async function enrol(host: string): Promise<void> {
    await db.$executeRaw`
      INSERT INTO "SourcePlace" ("number", "until")
      SELECT "number", ${inMs(-1)} FROM generate_series(1, ${atOnce}::int) AS "number" ON CONFLICT DO NOTHING`
    await db.$executeRaw`
      WITH forgotten AS (
        DELETE FROM "SourceHost" WHERE "nextAt" < ${inMs(-3_600_000)} AND "heldUntil" < ${inMs(-3_600_000)}
      )
      INSERT INTO "SourceHost" ("host", "nextAt", "heldUntil") VALUES (${host}, ${inMs(-1)}, ${inMs(-1)})
      ON CONFLICT DO NOTHING`
  }

  /** For as long as the host may not be asked; its row may come to say less when a request that is silent has arrived. */
  function waitOf({ msUntilNext, msUntilUnheld } = { msUntilNext: 0, msUntilUnheld: 0 }): Wait {
    const jittered = lookAgainMs * (0.5 + Math.random() / 2)
    const msUntilDue = Math.max(msUntilNext, msUntilUnheld)
    // when it is due already, what lacks is a place
    const ms = msUntilDue > 0 ? Math.min(msUntilDue, jittered) : jittered
    return { waitMs: Math.ceil(ms), heldMs: Math.max(0, msUntilUnheld) }
  }

  function begun(host: string, askedMs: number, { token, turn, lease }: Begun): Place {
    return {
      signal: lease.signal,
      async arrived() {
        await db.$executeRaw`
          UPDATE "SourceHost" SET "nextAt" = CASE
            WHEN "turn" = ${turn} THEN ${inMs(askedMs)} ELSE GREATEST("nextAt", ${inMs(askedMs)}) END
          WHERE "host" = ${host}`.catch(() => {})
      },
      async leave() {
        lease[Symbol.dispose]()
        // one that is not given back comes free when its lease ends
        await db.$executeRaw`UPDATE "SourcePlace" SET "until" = ${inMs(-1)} WHERE "token" = ${token}`.catch(() => {})
      },
    }
  }

  const leaseOf = (token: string, signal: AbortSignal, since: number) =>
    keepLease({
      signal,
      leaseMs,
      since,
      prolong: async () =>
        (await db.$executeRaw`
          UPDATE "SourcePlace" SET "until" = ${inMs(leaseMs)} WHERE "token" = ${token} AND "until" > ${now}`) > 0,
      lost: () =>
        new SourceUnavailableError('The request was given up, since the database did not answer.', { retryable: true }),
    })

  return {
    async take(host, { signal, gapMs: askedMs }) {
      const token = randomUUID()
      let since = performance.now()
      let seen = await look(host, token, askedMs)
      if (!seen) {
        await enrol(host)
        since = performance.now()
        seen = await look(host, token, askedMs)
      }
      if (!seen || seen.turn === null) return waitOf(seen)
      return begun(host, askedMs, { token, turn: seen.turn, lease: leaseOf(token, signal, since) })
    },
    async holdBack(host, ms) {
      await enrol(host)
      await db.$executeRaw`
        UPDATE "SourceHost" SET "heldUntil" = GREATEST("heldUntil", ${inMs(ms)}) WHERE "host" = ${host}`
    },
  }
}

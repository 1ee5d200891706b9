import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Postgres } from '../../test/support/postgres.ts'
import { treeCpuSeconds } from '../processes.ts'
import type { Waits } from '../report/results.ts'

/** What PostgreSQL has done so far. */
export interface ServerWork {
  commits: number
  /** times that it waited for the disk to have its log */
  walSyncs: number
  walBytes: number
  cpuSeconds: number
}

/** A backend tells what it has done once a second at most. */
const tellMs = 1_100
const lookEveryMs = 40

export type Watched = Awaited<ReturnType<typeof watchServer>>

/** Looks at a server from outside of what is measured. */
export async function watchServer({ url, pid }: Pick<Postgres, 'url' | 'pid'>) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()

  async function query<T>(sql: string): Promise<T[]> {
    const { rows } = await client.query(sql)
    return rows as T[]
  }

  return {
    query,
    async work(): Promise<ServerWork> {
      const cpuSeconds = treeCpuSeconds(pid())
      await sleep(tellMs)
      const [row] = await query<Record<'commits' | 'syncs' | 'bytes', string>>(`
        SELECT (SELECT sum(xact_commit) FROM pg_stat_database) AS commits, wal_sync AS syncs, wal_bytes AS bytes
        FROM pg_stat_wal`)
      const { commits, syncs, bytes } = row ?? { commits: 0, syncs: 0, bytes: 0 }
      return { commits: Number(commits), walSyncs: Number(syncs), walBytes: Number(bytes), cpuSeconds }
    },
    /** until it is stopped */
    watchWaits(): { stop(): Promise<Waits> } {
      const seen = { row: 0, log: 0, client: 0, other: 0, cpu: 0 }
      let stopped = false
      const looking = (async () => {
        while (!stopped) {
          for (const { wait, count } of await query<{ wait: string | null; count: string }>(inTransaction)) {
            seen[kindOf(wait)] += Number(count)
          }
          await sleep(lookEveryMs)
        }
      })()
      return {
        async stop() {
          stopped = true
          await looking
          const all = Object.values(seen).reduce((sum, count) => sum + count, 0)
          return Object.fromEntries(Object.entries(seen).map(([kind, count]) => [kind, count / all])) as Waits
        },
      }
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}

const inTransaction = `
  SELECT wait_event_type || ' ' || wait_event AS wait, count(*) FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid() GROUP BY 1`

function kindOf(wait: string | null): keyof Waits {
  if (wait === null) return 'cpu'
  if (wait.startsWith('Lock ')) return 'row'
  if (/WAL/.test(wait)) return 'log'
  return wait.startsWith('Client ') ? 'client' : 'other'
}

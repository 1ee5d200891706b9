import type { Run } from '../generated/sqlite/client.ts'
import { QueueFullError } from '../limit-errors.ts'
import type { Db } from './db/open-db.ts'
import { createDrainRate } from './drain-rate.ts'
import { active } from './run-states.ts'

export interface Backlog {
  /**
   * Does what adds `count` tasks to a lane, unless as many wait there as may: then nothing of it is begun. Throws
   * QueueFullError. What is being added by this process is counted to the task; what others add, a second later.
   */
  admit<T>(lane: number, count: number, add: () => Promise<T>, runOf: (result: T) => Run): Promise<T>
  /** throws QueueFullError */
  check(lane: number): Promise<void>
}

interface Lane {
  /** as the database had it when it was last read */
  waiting: number
  /** since then, by this process */
  added: number
  /** asked for and not in the database yet */
  beingAdded: number
  rate: ReturnType<typeof createDrainRate>
}

interface Deps {
  db: Db
  /** tasks a lane */
  limit: number
}

/** So many tasks of paused runs count as one that waits: they are in nobody's way, and yet there is an end to them. */
const pausedForOne = 10

/** How old a count may be that lets something in, ms. */
const maxAgeMs = 1_000

/** The counts are those of the runs, which are few beside their tasks, and are read at most once a second to let in. */
export function createBacklog({ db, limit }: Deps): Backlog {
  const lanes = new Map<number, Lane>()
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | null = null

  function find(id: number): Lane {
    const lane = lanes.get(id) ?? { waiting: 0, added: 0, beingAdded: 0, rate: createDrainRate() }
    lanes.set(id, lane)
    return lane
  }

  async function read(): Promise<void> {
    const at = Date.now()
    const before = new Map([...lanes].map(([id, { added }]) => [id, added]))
    const [ready, paused] = await Promise.all([countLeft(db, null), countLeft(db, { not: null })])
    for (const id of [...ready.keys(), ...paused.keys()]) find(id)
    for (const [id, lane] of lanes) {
      const waiting = (ready.get(id) ?? 0) + Math.floor((paused.get(id) ?? 0) / pausedForOne)
      const added = before.get(id) ?? 0
      lane.rate.note({ at, left: waiting, drained: lane.waiting + added - waiting })
      lane.waiting = waiting
      lane.added -= added
    }
    readAt = at
  }

  /** Once for all who want it at the same time. */
  function readTogether(): Promise<void> {
    reading ??= read().finally(() => {
      reading = null
    })
    return reading
  }

  const waitingIn = ({ waiting, added, beingAdded }: Lane) => waiting + added + beingAdded

  /** Nothing is refused by a count that may be old. */
  async function freshen(lane: Lane): Promise<void> {
    if (Date.now() - readAt >= maxAgeMs) await readTogether()
    if (waitingIn(lane) >= limit) await readTogether()
  }

  function mustHaveRoom(lane: Lane): void {
    const waiting = waitingIn(lane)
    if (waiting >= limit) throw new QueueFullError(waiting, lane.rate.secondsFor(waiting - limit + 1, limit))
  }

  return {
    async check(id) {
      const lane = find(id)
      await freshen(lane)
      mustHaveRoom(lane)
    },
    async admit(id, count, add, runOf) {
      const lane = find(id)
      await freshen(lane)
      // no wait between the two, or all who come at once would be let in
      mustHaveRoom(lane)
      lane.beingAdded += count
      try {
        const result = await add()
        const run = runOf(result)
        // a retry goes where its parent was, which nobody knew before
        find(run.lane).added += run.totalCount - run.processedCount
        return result
      } finally {
        lane.beingAdded -= count
      }
    },
  }
}

/** Tasks by their lanes. */
async function countLeft(db: Db, pausedAt: null | { not: null }): Promise<Map<number, number>> {
  const groups = await db.run.groupBy({
    by: ['lane'],
    where: { ...active, pausedAt },
    _sum: { totalCount: true, processedCount: true },
  })
  return new Map(groups.map(({ lane, _sum }) => [lane, (_sum.totalCount ?? 0) - (_sum.processedCount ?? 0)]))
}

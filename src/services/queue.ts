import { InvalidInputError } from '../errors.ts'
import type { Db } from './db/open-db.ts'
import type { Dispatcher } from './dispatcher.ts'
import { lanes } from './lanes.ts'
import { active } from './run-states.ts'

const maxConcurrency = 256

export interface QueueStats {
  /** images at once, in this process */
  concurrency: number
  /** tasks in work, in all processes */
  running: number
  /** failed tasks that will be tried again */
  retrying: number
  /** when the first of those is due */
  nextAttemptAt: Date | null
  /** tasks that wait, by lane; those of paused runs are not among them */
  waitingInteractive: number
  waitingBackground: number
  /** tasks of paused runs that are not over */
  paused: number
  /** when the oldest run that is not over was accepted */
  oldestRunAt: Date | null
  /** since when nothing is claimed because the storage is away */
  storageDownSince: Date | null
  /** since when Redis does not answer this process; null while it does, and where there is none */
  redisDownSince: Date | null
}

export interface Queue {
  stats(): Promise<QueueStats>
  /** images at once from now on, in this process, until it ends. Throws InvalidInputError. */
  setConcurrency(count: number): Promise<QueueStats>
}

interface Deps {
  db: Db
  dispatcher: Pick<Dispatcher, 'concurrency'>
  storage: { downSince(): Date | null }
  redisDownSince: () => Date | null
}

/** The counts come from the runs' own counters: counting the tasks of large runs would take as long as they are. */
export function createQueue({ db, dispatcher, storage, redisDownSince }: Deps): Queue {
  async function stats(): Promise<QueueStats> {
    const left = { _sum: { totalCount: true, processedCount: true } } as const
    const [going, paused, busy, begun, next, oldest] = await Promise.all([
      db.run.groupBy({ by: ['lane'], where: { ...active, pausedAt: null }, ...left }),
      db.run.aggregate({ where: { ...active, pausedAt: { not: null } }, ...left }),
      db.task.groupBy({ by: ['status'], where: { status: { in: ['RUNNING', 'RETRYING'] } }, _count: true }),
      db.task.groupBy({
        by: ['lane'],
        where: { status: { in: ['RUNNING', 'RETRYING'] }, run: { ...active, pausedAt: null } },
        _count: true,
      }),
      db.task.findFirst({ where: { status: 'RETRYING' }, orderBy: { nextAttemptAt: 'asc' } }),
      db.run.findFirst({ where: active, orderBy: { id: 'asc' } }),
    ])
    const count = (status: string) => busy.find((group) => group.status === status)?._count ?? 0
    const waiting = (lane: number) => {
      const group = going.find((each) => each.lane === lane)
      const notWaiting = begun.find((each) => each.lane === lane)?._count ?? 0
      // two looks, between which a task may have begun
      return group ? Math.max(0, leftOf(group) - notWaiting) : 0
    }
    return {
      concurrency: dispatcher.concurrency,
      running: count('RUNNING'),
      retrying: count('RETRYING'),
      nextAttemptAt: next?.nextAttemptAt ?? null,
      waitingInteractive: waiting(lanes.interactive),
      waitingBackground: waiting(lanes.background),
      paused: leftOf(paused),
      oldestRunAt: oldest?.createdAt ?? null,
      storageDownSince: storage.downSince(),
      redisDownSince: redisDownSince(),
    }
  }

  return {
    stats,
    async setConcurrency(count) {
      if (count < 0 || count > maxConcurrency) {
        throw new InvalidInputError('concurrency', `concurrency is from 0 to ${maxConcurrency}.`)
      }
      dispatcher.concurrency = count
      return stats()
    },
  }
}

function leftOf({ _sum }: { _sum: { totalCount: number | null; processedCount: number | null } }): number {
  return (_sum.totalCount ?? 0) - (_sum.processedCount ?? 0)
}

import { InvalidInputError } from '../errors.ts'
import type { Db } from './db/open-db.ts'
import type { Dispatcher } from './dispatcher.ts'
import { active } from './run-states.ts'
import { lanes } from './runs.ts'

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
}

export interface Queue {
  stats(): Promise<QueueStats>
  /** images at once from now on, in this process, until it ends. Throws InvalidInputError. */
  setConcurrency(count: number): Promise<QueueStats>
}

/** The counts come from the runs' own counters: counting the tasks of large runs would take as long as they are. */
export function createQueue({ db, dispatcher }: { db: Db; dispatcher: Pick<Dispatcher, 'concurrency'> }): Queue {
  async function stats(): Promise<QueueStats> {
    const [runs, busy, next] = await Promise.all([
      db.run.findMany({ where: active, orderBy: { id: 'asc' } }),
      db.task.groupBy({ by: ['status', 'lane'], where: { status: { in: ['RUNNING', 'RETRYING'] } }, _count: true }),
      db.task.findFirst({ where: { status: 'RETRYING' }, orderBy: { nextAttemptAt: 'asc' } }),
    ])
    const left = (some: typeof runs) => some.reduce((sum, run) => sum + run.totalCount - run.processedCount, 0)
    const count = (some: typeof busy) => some.reduce((sum, group) => sum + group._count, 0)
    const waiting = (lane: number) =>
      Math.max(
        0,
        left(runs.filter((run) => run.lane === lane && !run.pausedAt)) -
          count(busy.filter((group) => group.lane === lane)),
      )
    return {
      concurrency: dispatcher.concurrency,
      running: count(busy.filter(({ status }) => status === 'RUNNING')),
      retrying: count(busy.filter(({ status }) => status === 'RETRYING')),
      nextAttemptAt: next?.nextAttemptAt ?? null,
      waitingInteractive: waiting(lanes.interactive),
      waitingBackground: waiting(lanes.background),
      paused: left(runs.filter((run) => run.pausedAt)),
      oldestRunAt: runs[0]?.createdAt ?? null,
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

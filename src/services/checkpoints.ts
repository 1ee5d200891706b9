import { Mutex } from 'async-mutex'
import { noProgress, type Progress } from './progress.ts'

/** How long what is stored may wait to be recorded together with what comes next, ms. A crash costs that much work. */
const gatherMs = 500

/** What has come of an image and is not recorded yet. */
export interface Checkpoints extends Disposable {
  /** Resolves once it is recorded when it is `urgent` or the last time is long ago, else at once. */
  add(progress: Partial<Progress>, urgent: boolean): Promise<void>
  /** records what waits */
  flush(): Promise<void>
  /** hands over what waits, to be recorded with the end of the task */
  take(): Promise<Progress>
}

/**
 * Gathers the checkpoints of an image, since a transaction costs about the same for one variant as for several. Once one
 * has failed so does everything after it: it may have been committed all the same, its answer lost, and only the next
 * attempt of the task reads what is on record.
 */
export function createCheckpoints(record: (progress: Progress) => Promise<void>): Checkpoints {
  const oneAtATime = new Mutex()
  let waiting = noProgress
  let timer: NodeJS.Timeout | undefined
  let recordedAt = performance.now()
  let failure: { error: unknown } | null = null

  function takeAll(): Progress {
    clearTimeout(timer)
    timer = undefined
    const taken = waiting
    waiting = noProgress
    return taken
  }

  const flush = () =>
    oneAtATime.runExclusive(async () => {
      throwIfFailed()
      const taken = takeAll()
      if (!taken.facts && taken.variants.length === 0) return
      try {
        await record(taken)
        recordedAt = performance.now()
      } catch (error) {
        failure = { error }
        throw error
      }
    })

  function throwIfFailed(): void {
    if (failure) throw failure.error
  }

  return {
    flush,
    async add({ facts = null, variants = [] }, urgent) {
      throwIfFailed()
      waiting = { facts: facts ?? waiting.facts, variants: [...waiting.variants, ...variants] }
      const restMs = recordedAt + gatherMs - performance.now()
      if (urgent || restMs <= 0) return flush()
      // whoever comes next is told of a failure, at the latest the end of the task
      timer ??= setTimeout(() => flush().catch(() => {}), restMs)
    },
    take: () =>
      oneAtATime.runExclusive(async () => {
        throwIfFailed()
        return takeAll()
      }),
    [Symbol.dispose]: () => void takeAll(),
  }
}

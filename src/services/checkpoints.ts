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

/** Gathers the checkpoints of an image, since a transaction costs about the same for one variant as for several. */
export function createCheckpoints(record: (progress: Progress) => Promise<void>): Checkpoints {
  const oneAtATime = new Mutex()
  let waiting = noProgress
  let timer: NodeJS.Timeout | undefined
  let recordedAt = performance.now()

  function takeAll(): Progress {
    clearTimeout(timer)
    timer = undefined
    const taken = waiting
    waiting = noProgress
    return taken
  }

  const flush = () =>
    oneAtATime.runExclusive(async () => {
      const taken = takeAll()
      if (!taken.facts && taken.variants.length === 0) return
      try {
        await record(taken)
        recordedAt = performance.now()
      } catch (error) {
        // nothing of it was written
        waiting = { facts: taken.facts, variants: [...taken.variants, ...waiting.variants] }
        throw error
      }
    })

  return {
    flush,
    async add({ facts = null, variants = [] }, urgent) {
      waiting = { facts: facts ?? waiting.facts, variants: [...waiting.variants, ...variants] }
      const restMs = recordedAt + gatherMs - performance.now()
      if (urgent || restMs <= 0) return flush()
      // what fails waits for the next time, at the latest for the end of the task, which tells it
      timer ??= setTimeout(() => flush().catch(() => {}), restMs)
    },
    take: () => oneAtATime.runExclusive(async () => takeAll()),
    [Symbol.dispose]: () => void takeAll(),
  }
}

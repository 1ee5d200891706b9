import { Repeater } from '@repeaterjs/repeater'
import { isDatabaseTrouble } from './db/sql.ts'

export interface Page<T> {
  items: readonly T[]
  /** how long to wait for a ring before reading again, ms; 0 when there may be more at once */
  waitMs: number
  /** nothing will follow these items */
  ended: boolean
}

/** How long a database may be away, and how soon it is asked again, ms. */
const patienceMs = 60_000
const retryMs = 500

interface Source<T> {
  listen(ring: () => void): () => void
  read(): Promise<Page<T>>
  /** reads no oftener than this, however often the bell rings, ms */
  restMs?: number
}

/**
 * Reads pages and pushes their items, then waits for the bell or the timer and reads again, until a page says that it
 * was the last or the reader leaves. The bell is heard before the first read, so nothing falls between the two; each
 * push waits for its reader, so a slow one costs no memory. A Repeater, since an async generator would keep listening
 * after its reader has left, until the next event.
 */
export function pullOnBell<T>({ listen, read, restMs = 0 }: Source<T>): Repeater<T> {
  return new Repeater(async (push, stop) => {
    const alarm = createAlarm()
    const exit = createAlarm()
    const unlisten = listen(alarm.ring)
    let left = false
    stop.finally(() => {
      left = true
      alarm.ring()
      exit.ring()
    })
    const pushAll = async (items: readonly T[]) => {
      for (const item of items) if (!left) await push(item)
    }
    try {
      while (!left) {
        alarm.reset()
        const page = await readPatiently(read, exit)
        await pushAll(page.items)
        if (page.ended) return
        if (page.waitMs > 0) await alarm.wait(page.waitMs)
        if (restMs > 0) await exit.wait(restMs)
      }
    } finally {
      unlisten()
      stop()
    }
  })
}

/** A database that is restarted drops no reader. */
async function readPatiently<T>(read: () => Promise<T>, exit: ReturnType<typeof createAlarm>): Promise<T> {
  const until = Date.now() + patienceMs
  for (;;) {
    try {
      return await read()
    } catch (error) {
      if (exit.hasRung() || !isDatabaseTrouble(error) || Date.now() > until) throw error
      await exit.wait(retryMs)
    }
  }
}

/** Wakes one waiter; a ring that comes while nobody waits is remembered until `reset`. */
function createAlarm() {
  let rang = false
  let wake: (() => void) | null = null
  return {
    ring() {
      rang = true
      wake?.()
    },
    reset() {
      rang = false
    },
    hasRung: () => rang,
    async wait(timeoutMs: number) {
      if (rang) return
      // no abortable sleep: it makes an error for each ring, and there may be hundreds that wait
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wake = null
    },
  }
}

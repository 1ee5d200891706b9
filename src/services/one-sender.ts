import { TransferRefusedError } from '../transfer-errors.ts'

/** Does it, with a signal that says that somebody else is waiting to. */
type Work<T> = (signal: AbortSignal) => Promise<T>

/**
 * One at a time for each id. Who comes later takes the place of the one before, whose connection may be dead without
 * this service having heard of it; it begins once the other has ended.
 */
export function createOneSender() {
  const senders = new Map<string, { stop: AbortController; ended: Promise<unknown> }>()

  return async function takeOver<T>(id: string, work: Work<T>): Promise<T> {
    const before = senders.get(id)
    before?.stop.abort(new TransferRefusedError('TAKEN_OVER', 'Another request goes on with this upload.'))
    const stop = new AbortController()
    const working = (async () => {
      await before?.ended
      stop.signal.throwIfAborted()
      return work(stop.signal)
    })()
    const mine = { stop, ended: working.catch(() => {}) }
    senders.set(id, mine)
    try {
      return await working
    } finally {
      if (senders.get(id) === mine) senders.delete(id)
    }
  }
}

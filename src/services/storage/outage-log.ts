import type { Log } from '../../log.ts'
import type { Stores } from './open-stores.ts'

/** Tells whether work may begin; the log says when the storage has gone away, and when it is back. */
export function createOutageLog(stores: Pick<Stores, 'waitMs' | 'downSince'>, log: Log): () => boolean {
  let since: Date | null = null
  return () => {
    const down = stores.downSince()
    if (down && !since) log.warn('the storage does not answer; what needs it waits')
    if (!down && since) log.info({ awayMs: Date.now() - since.getTime() }, 'the storage is back')
    since = down
    return stores.waitMs() === 0
  }
}

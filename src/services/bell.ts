import { EventEmitter } from 'node:events'

/** `run:{id}` rings when events of that run were committed; `image` when any image changed, with its id. */
export type Topic = `run:${string}` | 'image'

/**
 * Tells that something was committed. Apart from an id it carries no data: who hears it reads the database, so a ring
 * that is lost or doubled does no harm.
 */
export interface Bell {
  ring(topic: Topic, id?: string): void
  /** returns what stops listening */
  listen(topic: Topic, listener: (id: string) => void): () => void
  /** how many listen, on all topics */
  readonly listenerCount: number
}

export function createBell(): Bell {
  const emitter = new EventEmitter()
  // one listener a subscriber, and there may be hundreds
  emitter.setMaxListeners(0)
  return {
    ring(topic, id = '') {
      emitter.emit(topic, id)
    },
    listen(topic, listener) {
      emitter.on(topic, listener)
      return () => void emitter.off(topic, listener)
    },
    get listenerCount() {
      return emitter.eventNames().reduce((sum, topic) => sum + emitter.listenerCount(topic), 0)
    },
  }
}

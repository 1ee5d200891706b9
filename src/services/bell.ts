import { EventEmitter } from 'node:events'

/**
 * `run`: events of a run were committed. `image`: something about an image was. `outbox`: what D1 is to have was.
 * `cancel`: a run is to end, so whoever works on its tasks stops. `session`: a browser has signed out.
 */
export const topics = ['run', 'image', 'outbox', 'cancel', 'session'] as const
export type Topic = (typeof topics)[number]

/**
 * Tells that something was committed. Apart from an id it carries no data: who hears it reads the database, so a ring
 * that is lost or doubled does no harm.
 */
export interface Bell {
  ring(topic: Topic, id: string): void
  /** to the rings of one id, or of all for null; returns what stops listening */
  listen(topic: Topic, id: string | null, listener: (id: string) => void): () => void
  /** how many subscribers listen: to runs and images, since to the rest the service itself does */
  readonly listenerCount: number
}

export function createBell(): Bell {
  const emitter = new EventEmitter()
  // one listener a subscriber, and there may be hundreds
  emitter.setMaxListeners(0)
  return {
    ring(topic, id) {
      emitter.emit(topic, id)
      emitter.emit(`${topic} ${id}`, id)
    },
    listen(topic, id, listener) {
      const name = id === null ? topic : `${topic} ${id}`
      emitter.on(name, listener)
      return () => void emitter.off(name, listener)
    },
    get listenerCount() {
      const names = emitter.eventNames().filter((name) => /^(run|image)/.test(String(name)))
      return names.reduce((sum, name) => sum + emitter.listenerCount(name), 0)
    },
  }
}

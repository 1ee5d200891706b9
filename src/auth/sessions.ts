import { randomBytes } from 'node:crypto'
import { digestOf } from './token-records.ts'
import { createEnding, type Viewer } from './viewer.ts'

/** How long a browser stays signed in, s. */
export const sessionSeconds = 12 * 3600

/** More than that many browsers are not signed in with one token; the oldest go first. */
const maxPerToken = 20

/** What a browser's cookie stands for: random, never the token, and kept hashed in the memory of this process. */
export interface Sessions {
  /** the secret for the cookie */
  start(viewer: Viewer): string
  /** who has this session, or null: it is unknown, over, or its token is */
  find(secret: string): Viewer | null
  end(secret: string): void
}

export function createSessions(): Sessions {
  const sessions = new Map<string, { viewer: Viewer; end(): void }>()
  const keyOf = (secret: string) => digestOf(secret).toString('hex')

  return {
    start(viewer) {
      const others = [...sessions.values()].filter((session) => session.viewer.id === viewer.id)
      if (others.length >= maxPerToken) others[0]?.end()
      const secret = randomBytes(32).toString('base64url')
      const key = keyOf(secret)
      const ending = createEnding()
      const over = () => {
        clearTimeout(timer)
        viewer.ended.removeEventListener('abort', over)
        sessions.delete(key)
        ending.abort()
      }
      const timer = setTimeout(over, sessionSeconds * 1000).unref()
      viewer.ended.addEventListener('abort', over)
      const isCurrent = () => !ending.signal.aborted && viewer.isCurrent()
      sessions.set(key, { viewer: { ...viewer, ended: ending.signal, isCurrent }, end: over })
      return secret
    },
    find(secret) {
      const session = sessions.get(keyOf(secret))
      return session?.viewer.isCurrent() ? session.viewer : null
    },
    end: (secret) => sessions.get(keyOf(secret))?.end(),
  }
}

import { randomBytes } from 'node:crypto'
import { digestOf } from './token-records.ts'
import type { Tokens } from './tokens.ts'
import { createEnding, type Viewer } from './viewer.ts'

/** How long a browser stays signed in, s. */
export const sessionSeconds = 12 * 3600

export interface SessionRow {
  key: string
  tokenRecord: string
  expiresAt: Date
}

/** Where sessions are kept, for the other servers and for the next start. */
export interface SessionRows {
  /** returns the keys of those that have to go for it */
  add(row: SessionRow): Promise<string[]>
  find(key: string): Promise<SessionRow | null>
  remove(key: string): Promise<void>
  /** which of these are kept still */
  kept(keys: string[]): Promise<Set<string>>
  /** tells the other servers that it is over */
  announceEnd(key: string): void
  /** hears of those that any server has ended; returns what stops that */
  onEnd(listener: (key: string) => void): () => void
}

/** What a browser's cookie stands for: random, never the token, and kept hashed. */
export interface Sessions extends Disposable {
  /** resolves to the secret for the cookie */
  start(viewer: Viewer): Promise<string>
  /** looks among those that began at another server or before the start, so that `find` knows it */
  recall(secret: string): Promise<void>
  /** who has this session, or null: it is unknown, over, or its token is */
  find(secret: string): Viewer | null
  end(secret: string): Promise<void>
}

interface Deps {
  rows: SessionRows
  tokens: Pick<Tokens, 'byRecord'>
  /** how late a session that was ended at another server is over here, when nothing else tells of it; ms */
  lookEveryMs?: number
}

export function createSessions({ rows, tokens, lookEveryMs = 10_000 }: Deps): Sessions {
  const sessions = new Map<string, { viewer: Viewer; end(): void }>()
  const keyOf = (secret: string) => digestOf(secret).toString('hex')
  const forget = (key: string) => sessions.get(key)?.end()

  function remember({ key, expiresAt }: SessionRow, viewer: Viewer): void {
    if (sessions.has(key)) return
    const ending = createEnding()
    const over = () => {
      clearTimeout(timer)
      viewer.ended.removeEventListener('abort', over)
      sessions.delete(key)
      ending.abort()
    }
    const timer = setTimeout(over, expiresAt.getTime() - Date.now()).unref()
    viewer.ended.addEventListener('abort', over)
    const isCurrent = () => !ending.signal.aborted && viewer.isCurrent()
    sessions.set(key, { viewer: { ...viewer, ended: ending.signal, isCurrent }, end: over })
  }

  async function look(): Promise<void> {
    if (sessions.size === 0) return
    const known = [...sessions.keys()]
    const kept = await rows.kept(known)
    for (const key of known) if (!kept.has(key)) forget(key)
  }
  // a database that is away ends no session
  const timer = setInterval(() => void look().catch(() => {}), lookEveryMs).unref()
  const stopListening = rows.onEnd(forget)

  return {
    async start(viewer) {
      const secret = randomBytes(32).toString('base64url')
      const row = {
        key: keyOf(secret),
        tokenRecord: viewer.record,
        expiresAt: new Date(Date.now() + sessionSeconds * 1000),
      }
      for (const key of await rows.add(row)) {
        forget(key)
        rows.announceEnd(key)
      }
      remember(row, viewer)
      return secret
    },
    async recall(secret) {
      const key = keyOf(secret)
      if (sessions.has(key)) return
      const row = await rows.find(key)
      const viewer = row && row.expiresAt > new Date() ? tokens.byRecord(row.tokenRecord) : null
      if (row && viewer) remember(row, viewer)
    },
    find(secret) {
      const session = sessions.get(keyOf(secret))
      return session?.viewer.isCurrent() ? session.viewer : null
    },
    async end(secret) {
      const key = keyOf(secret)
      await rows.remove(key)
      forget(key)
      rows.announceEnd(key)
    },
    [Symbol.dispose]() {
      stopListening()
      clearInterval(timer)
    },
  }
}

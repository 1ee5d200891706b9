import { timingSafeEqual } from 'node:crypto'
import { digestOf, hasExpired, holds, type TokenRecord } from './token-records.ts'
import { createEnding, type Viewer } from './viewer.ts'

/** The tokens that are known now. */
export interface Tokens {
  /** who has sent this token, or null: it is unknown, revoked or expired */
  find(token: string): Viewer | null
  /** whose token's record this is still, or null as in `find` */
  byRecord(record: string): Viewer | null
  /** whoever is not among the new records as before is ended */
  replace(records: readonly TokenRecord[]): void
  /** ends those whose time has come */
  endExpired(): void
}

interface Entry {
  record: TokenRecord
  digest: Buffer
  ending: AbortController
  viewer: Viewer
}

export function createTokens(records: readonly TokenRecord[] = []): Tokens {
  let entries: Entry[] = records.filter(holds).map(enter)

  return {
    find(token) {
      const digest = digestOf(token)
      // all are compared, and each in the same time: how long it takes says nothing of what is there
      const found = entries.filter((entry) => timingSafeEqual(entry.digest, digest))
      return found.find(({ viewer }) => viewer.isCurrent())?.viewer ?? null
    },
    byRecord: (digest) => entries.find(({ viewer }) => viewer.record === digest && viewer.isCurrent())?.viewer ?? null,
    replace(next) {
      const old = entries
      const before = new Map(old.map((entry) => [JSON.stringify(entry.record), entry]))
      entries = next.filter(holds).map((record) => before.get(JSON.stringify(record)) ?? enter(record))
      const kept = new Set(entries)
      for (const entry of old) if (!kept.has(entry)) entry.ending.abort()
    },
    endExpired() {
      for (const { record, ending } of entries) if (hasExpired(record)) ending.abort()
      entries = entries.filter(({ record }) => holds(record))
    },
  }
}

function enter(record: TokenRecord): Entry {
  const { id, name, role, hash } = record
  const ending = createEnding()
  const viewer: Viewer = {
    id,
    name,
    role,
    record: digestOf(JSON.stringify(record)).toString('hex'),
    ended: ending.signal,
    isCurrent: () => !ending.signal.aborted && holds(record),
  }
  return { record, digest: Buffer.from(hash, 'hex'), ending, viewer }
}

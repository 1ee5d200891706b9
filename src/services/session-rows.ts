import type { Bell } from './bell.ts'
import type { Db } from './db/open-db.ts'

/** More than that many browsers are not signed in with one token; the oldest go first. */
const maxPerToken = 20

/** Browsers that are signed in, as all servers of one database know them. */
export function createSessionRows({ db, bell }: { db: Db; bell: Bell }) {
  return {
    async add(row: { key: string; tokenRecord: string; expiresAt: Date }): Promise<string[]> {
      return db.$transaction(async (tx) => {
        await tx.session.deleteMany({ where: { expiresAt: { lte: new Date() } } })
        await tx.session.create({ data: row })
        const { tokenRecord } = row
        const order = { expiresAt: 'desc' } as const
        const tooMany = await tx.session.findMany({ where: { tokenRecord }, orderBy: order, skip: maxPerToken })
        const keys = tooMany.map(({ key }) => key)
        if (keys.length > 0) await tx.session.deleteMany({ where: { key: { in: keys } } })
        return keys
      })
    },
    find: (key: string) => db.session.findUnique({ where: { key } }),
    async remove(key: string): Promise<void> {
      await db.session.deleteMany({ where: { key } })
    },
    async kept(keys: string[]): Promise<Set<string>> {
      const rows = await db.session.findMany({ where: { key: { in: keys } }, select: { key: true } })
      return new Set(rows.map(({ key }) => key))
    },
    announceEnd: (key: string) => bell.ring('session', key),
    onEnd: (listener: (key: string) => void) => bell.listen('session', null, listener),
  }
}

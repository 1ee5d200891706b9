import type { Run } from '../generated/sqlite/client.ts'
import type { Db, Tx } from './db/open-db.ts'
import { pageMark } from './run-scope.ts'
import { unfinished } from './run-states.ts'
import { unfinishedTaskStates } from './task-states.ts'

const dayMs = 24 * 3_600_000
/** A page that was never read is of no use after so long, ms. */
const unreadMs = dayMs
/** Whoever mends the reader has so long to try it on a file that could not be read, ms. */
const documentMs = 7 * dayMs

/** A page that is to be read, and has not been yet. */
export const newPage = (url: string, source: string) => ({
  url,
  source,
  eventIds: [],
  skipped: [],
  warnings: [],
  next: [],
})

/** What was only looked at leaves nothing, unless it had been read before; then not its file. */
export async function forgetLook(tx: Tx, url: string): Promise<void> {
  await tx.venuePage.deleteMany({ where: { url, readAt: null } })
  await tx.venuePage.updateMany({ where: { url, document: { not: null } }, data: { document: null } })
}

/** Removes what scrapes that were cancelled or gave up have left: pages never read, and files that nobody can read. */
export async function sweepPages(db: Db): Promise<void> {
  const before = (ms: number) => new Date(Date.now() - ms)
  await db.$transaction(async (tx) => {
    const waiting = await tx.task.findMany({
      where: {
        run: { kind: 'SCRAPE', ...unfinished },
        status: { in: unfinishedTaskStates },
        subject: { contains: pageMark },
      },
      select: { subject: true },
    })
    const url = { notIn: waiting.map(({ subject }) => subject) }
    await tx.venuePage.deleteMany({ where: { url, readAt: null, createdAt: { lte: before(unreadMs) } } })
    await tx.venuePage.updateMany({
      where: { url, blocked: true, document: { not: null }, readAt: { lte: before(documentMs) } },
      data: { document: null },
    })
  })
}

/** The newest run that was to read a page of the source. */
export async function lastScrape(db: Db, source: string): Promise<Run | null> {
  const pages = await db.venuePage.findMany({ where: { source }, select: { url: true } })
  const subject = { in: pages.map(({ url }) => url) }
  return db.run.findFirst({ where: { kind: 'SCRAPE', tasks: { some: { subject } } }, orderBy: { id: 'desc' } })
}

import { Cron } from 'croner'
import { RunAlreadyActiveError } from '../errors.ts'
import type { Log } from '../log.ts'
import { itself } from './asker.ts'
import type { Db } from './db/open-db.ts'
import type { Scrapes } from './scrapes.ts'

const name = 'scrape'
/** A scrape that could not be started is tried again after so long, ms. */
const againMs = 60_000

interface Deps {
  db: Db
  scrapes: Scrapes
  log: Log
  schedule: { pattern: string; timezone: string }
}

/**
 * Reads the venues when the pattern says so, one scrape at a time; what came due while nothing ran is done once. When
 * it is due next stands in the database, so that of several processes one begins. Resolves to false.
 */
export function createScrapeSchedule({ db, scrapes, log, schedule }: Deps) {
  const { timezone } = schedule
  const cron = new Cron(schedule.pattern, { timezone, paused: true })
  const pattern = `${schedule.pattern} ${timezone}`
  const next = () => cron.nextRun() ?? new Date(8.64e15)

  /** When it became due; null while it is not. */
  async function dueSince(): Promise<Date | null> {
    const row = await db.schedule.findUnique({ where: { name } })
    if (row?.pattern === pattern) return row.nextAt > new Date() ? null : row.nextAt
    const facts = { pattern, nextAt: next() }
    await db.schedule.upsert({ where: { name }, create: { name, ...facts }, update: facts })
    return null
  }

  async function start(): Promise<void> {
    try {
      await scrapes.start({ sources: [], pages: [], recipes: null, dryRun: false }, itself)
    } catch (error) {
      if (!(error instanceof RunAlreadyActiveError)) throw error
      // the one before is not over, or another process was faster
      log.warn('a scheduled scrape is left out: another is not over')
    }
  }

  return async (): Promise<boolean> => {
    const since = await dueSince()
    if (!since) return false
    const move = (nextAt: Date) => db.schedule.updateMany({ where: { name, nextAt: since }, data: { nextAt } })
    // first the one and then the other: what cannot be started now must not be lost
    await start().catch(async (error: unknown) => {
      await move(new Date(Date.now() + againMs))
      throw error
    })
    await move(next())
    return false
  }
}

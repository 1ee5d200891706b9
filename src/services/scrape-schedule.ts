import { Cron } from 'croner'
import { RunAlreadyActiveError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Db } from './db/open-db.ts'
import type { Scrapes } from './scrapes.ts'

const name = 'scrape'

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

  async function isDue(): Promise<boolean> {
    const row = await db.schedule.findUnique({ where: { name } })
    if (!row || row.pattern !== pattern) {
      const facts = { pattern, nextAt: next() }
      await db.schedule.upsert({ where: { name }, create: { name, ...facts }, update: facts })
      return false
    }
    if (row.nextAt > new Date()) return false
    const { count } = await db.schedule.updateMany({ where: { name, nextAt: row.nextAt }, data: { nextAt: next() } })
    return count > 0
  }

  return async (): Promise<boolean> => {
    if (!(await isDue())) return false
    try {
      await scrapes.start({ sources: [], pages: [], recipes: null, dryRun: false })
    } catch (error) {
      if (!(error instanceof RunAlreadyActiveError)) throw error
      log.warn('a scheduled scrape is left out: the one before is not over')
    }
    return false
  }
}

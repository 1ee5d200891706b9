import { businessDateOf } from '../venues/event-date.ts'

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const dayMs = 86_400_000

const ways: Readonly<Record<string, (day: Date) => string>> = {
  /** 20261127 */
  code: (day) => day.toISOString().slice(0, 10).replaceAll('-', ''),
  /** Nov 27, 2026 */
  text: (day) => new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' }).format(day),
  /** 11/27/2026 */
  us: (day) => day.toISOString().replace(/^(\d{4})-(\d{2})-(\d{2}).*$/, '$2/$3/$1'),
  /** 11-27-2026 */
  slug: (day) => day.toISOString().replace(/^(\d{4})-(\d{2})-(\d{2}).*$/, '$2-$3-$1'),
}

/**
 * Fills the days in: `{{fri 0 code}}` is the next Friday in Las Vegas, today if it is one; `{{fri 1 code}}` a week later.
 * Until that night is over it stays the same.
 */
export function fillDates(text: string, now: Date): string {
  const today = new Date(businessDateOf(now))
  return text.replace(/\{\{([a-z]{3}) (\d) ([a-z]+)\}\}/g, (whole, weekday: string, weeks: string, way: string) => {
    const format = ways[way]
    const index = weekdays.indexOf(weekday)
    if (!format || index < 0) throw new Error(`${whole} is no day.`)
    const ahead = ((index - today.getUTCDay() + 7) % 7) + 7 * Number(weeks)
    return format(new Date(today.getTime() + ahead * dayMs))
  })
}

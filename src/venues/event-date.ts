// sv-SE writes dates as ISO does
const inLasVegas = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/Los_Angeles',
  dateStyle: 'short',
  timeStyle: 'medium',
})
/** A night that begins before this hour belongs to the day before. */
const firstHour = 6
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const isoDate = /^(\d{4})-(\d{2})-(\d{2})(?!\d)/
const isoTime = /^.{10}[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/
const usDate = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?!\d)/
const usTime = /^[\d/]+ (\d{1,2}):(\d{2})(?::\d{2})?(?: ?([AP]M))?$/i
const cardForm =
  /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?\b/i
const slugForm = /^(\d{1,2})-(\d{1,2})-(\d{4})(?:-|$)/

/** When a night begins: its business date and, if a time is told, the time as ISO 8601. */
export interface Start {
  date: string
  startAt: string | null
}

/** `YYYY-MM-DD` of a day that the calendar has, in a year of this century, else null. */
export function calendarDate(
  year: string | number | undefined,
  month: string | number | undefined,
  day: string | number | undefined,
): string | null {
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day))
  if (Number.isNaN(time) || Number(year) < 2000 || Number(year) >= 2100) return null
  const date = new Date(time)
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) ? isoDay(time) : null
}

/** The business date in Las Vegas of an instant, `YYYY-MM-DD`. */
export function businessDateOf(instant: Date): string {
  const [day = '', time = ''] = inLasVegas.format(instant).split(' ')
  return Number(time.slice(0, 2)) < firstHour ? dayBefore(day) : day
}

/**
 * Reads the `startDate` of schema.org: a date, a local time, or a time with its offset, which is kept as published. A
 * date counts whatever stands behind it.
 */
export function readIsoStart(text: string): Start | null {
  // the letters of ISO 8601 may be small
  const value = text.trim().toUpperCase()
  const [, year, month, day] = value.match(isoDate) ?? []
  const date = calendarDate(year, month, day)
  if (!date) return null
  const [, hour, minute, offset] = value.match(isoTime) ?? []
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) return { date, startAt: null }
  // not every reader takes an offset without minutes
  const startAt = value.replace(' ', 'T').replace(/(?<=:.*[+-]\d{2})$/, ':00')
  if (!offset) return { date: businessDay(date, Number(hour)), startAt }
  const instant = new Date(startAt.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  return Number.isNaN(instant.getTime()) ? { date, startAt: null } : { date: businessDateOf(instant), startAt }
}

/** Reads `06/11/2027 10:30 PM` or `22:30`, local time. A date counts whatever stands behind it. */
export function readUsStart(text: string): Start | null {
  const value = text.trim()
  const [, month, day, year] = value.match(usDate) ?? []
  const date = calendarDate(year, month, day)
  if (!date) return null
  const [, hour, minute, half] = value.match(usTime) ?? []
  const hours = half ? (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0) : Number(hour)
  if (hour === undefined || hours > 23 || Number(minute) > 59) return { date, startAt: null }
  const startAt = `${date}T${String(hours).padStart(2, '0')}:${minute}:00`
  return { date: businessDay(date, hours), startAt }
}

/** The date before the name in the slug of an event of taogroup.com: `6-11-2027-lantern-fox-hakkasan-nightclub`. */
export function dateOfTaoSlug(slug: string): string | null {
  const [, month, day, year] = slug.match(slugForm) ?? []
  return calendarDate(year, month, day)
}

/** Reads `Fri, May 28 2027`. Without a year it is the next such day from `now`, or from a month before it. */
export function readCardDate(text: string, now?: Date): string | null {
  const [, name = '', day, year] = text.slice(0, 200).replace(/\s+/g, ' ').match(cardForm) ?? []
  const month = months.indexOf(name.toLowerCase()) + 1
  if (year || !now) return year ? calendarDate(year, month, day) : null
  const earliest = isoDay(now.getTime() - 31 * 86_400_000)
  const years = [0, 1].map((ahead) => Number(earliest.slice(0, 4)) + ahead)
  return years.map((each) => calendarDate(each, month, day)).find((date) => date !== null && date >= earliest) ?? null
}

function businessDay(date: string, hour: number): string {
  return hour < firstHour ? dayBefore(date) : date
}

function dayBefore(date: string): string {
  return isoDay(Date.parse(date) - 86_400_000)
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

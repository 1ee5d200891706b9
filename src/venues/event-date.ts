// sv-SE writes dates as ISO does
const inLasVegas = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/Los_Angeles',
  dateStyle: 'short',
  timeStyle: 'medium',
})
/** A night that begins before this hour belongs to the day before. */
const firstHour = 6
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const isoForm = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/
const usForm = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d{2})(?::\d{2})? ?([AP]M))?$/i
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

/** Reads the `startDate` of schema.org: a date, a local time, or a time with its offset, which is kept as published. */
export function readIsoStart(text: string): Start | null {
  const value = text.trim()
  const [, year, month, day, hour, minute, offset] = value.match(isoForm) ?? []
  const date = calendarDate(year, month, day)
  if (!date) return null
  if (hour === undefined) return { date, startAt: null }
  if (Number(hour) > 23 || Number(minute) > 59) return { date, startAt: null }
  const startAt = value.replace(' ', 'T')
  if (!offset) return { date: businessDay(date, Number(hour)), startAt }
  const instant = new Date(startAt.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  return Number.isNaN(instant.getTime()) ? { date, startAt: null } : { date: businessDateOf(instant), startAt }
}

/** Reads `06/11/2027 10:30 PM`, local time, as the API of taogroup.com writes it. */
export function readUsStart(text: string): Start | null {
  const [, month, day, year, hour, minute, half] = text.trim().match(usForm) ?? []
  const date = calendarDate(year, month, day)
  if (!date || !half) return date ? { date, startAt: null } : null
  const hours = (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0)
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

import { calendarDate } from './event-date.ts'

// case counts: a class named eventitem is no code
const anywhere = /\bEVE(?:\d{12,40}|-[A-Z0-9]{4,40})\b/
const whole = /^EVE(\d+)\d{3}(\d{4})(\d{2})(\d{2})$/

/** The code of UrVenue, `EVE` + venue + 3 digits of zone + `YYYYMMDD`, or `EVE-` and letters, wherever it stands. */
export function findEventCode(text: string): string | null {
  return text.match(anywhere)?.[0] ?? null
}

/** The venue's number in a code: 4 to 11 digits, so it is what the fixed end leaves over. */
export function venueIdOf(code: string): string | null {
  return code.slice(0, 50).match(whole)?.[1] ?? null
}

/** The business date in a code, `YYYY-MM-DD`. */
export function dateOfCode(code: string): string | null {
  const [, , year, month, day] = code.slice(0, 50).match(whole) ?? []
  return calendarDate(year, month, day)
}

const longestMs = 3_600_000

/** What a Retry-After header (RFC 9110, section 10.2.3: seconds or a date) asks for, ms; at most an hour. */
export function parseRetryAfter(header: string | undefined): number {
  if (!header) return 0
  const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), longestMs)
}

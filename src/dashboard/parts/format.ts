const counts = new Intl.NumberFormat('en')
const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const times = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

export const formatCount = (count: number) => counts.format(count)

/** As people write a moment: 21 Nov 2026, 23:05:12. */
export const formatMoment = (moment: Date) => moments.format(moment)

/** hh:mm:ss */
export const formatTime = (moment: Date) => times.format(moment)

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** 1,530,000 bytes are 1.53 MB: three digits are enough to compare. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const scaled = bytes / 1000 ** power
  const digits = power === 0 || scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2
  return `${scaled.toFixed(digits)} ${units[power]}`
}

/** Seconds as people say them: 8 s, 3 min 20 s, 2 h 5 min. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const minutes = Math.floor(whole / 60)
  if (minutes === 0) return `${whole} s`
  const hours = Math.floor(minutes / 60)
  return hours === 0 ? `${minutes} min ${whole % 60} s` : `${hours} h ${minutes % 60} min`
}

/** What one waits for a machine: 41 ms, 1.3 s, 12 s. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  return milliseconds < 10_000 ? `${(milliseconds / 1_000).toFixed(1)} s` : formatDuration(milliseconds / 1_000)
}

export const formatPercent = (share: number) => `${Math.floor(share * 100)}%`

/** `WITH_FAILURES` as people read it: With failures. */
export function formatWord(constant: string): string {
  const words = constant.replaceAll('_', ' ').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** 1 image, 2 images. */
export function formatThings(count: number, thing: string, things = `${thing}s`): string {
  return `${formatCount(count)} ${count === 1 ? thing : things}`
}

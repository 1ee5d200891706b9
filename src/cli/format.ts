import { ApiError } from './api.ts'

/** `1.4 MB`: powers of 1000, two digits that count. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3))
  const value = count / 1000 ** power
  return `${power === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

/** `40 s`, `12 min`, `3.5 h`. */
export function duration(inSeconds: number): string {
  if (inSeconds < 90) return `${Math.ceil(inSeconds)} s`
  const minutes = inSeconds / 60
  return minutes < 90 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`
}

/** Columns as wide as their widest cell; those of numbers are flush right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows]
  const widths = head.map((_title, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  const isNumber = head.map((_title, column) =>
    rows.every((row) => /^(-|[−-]?[\d.,x×]+(%| \S+)?)$/.test(row[column] ?? '')),
  )
  const format = (line: readonly string[]) =>
    widths
      .map((width, column) => pad(line[column] ?? '', width, isNumber[column] ?? false))
      .join('  ')
      .trimEnd()
  return lines.map(format).join('\n')
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width)
}

/** Text from elsewhere, without the characters that steer a terminal or turn its text around. */
export const printable = (text: string) => text.replace(/[\p{Cc}\p{Cf}]/gu, '')

/** At most `width` characters: whole words as far as they fit, then an ellipsis. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text
  const room = Math.max(0, width - 1)
  const space = text.lastIndexOf(' ', room)
  return `${text.slice(0, space > 0 ? space : room)}…`.slice(0, width)
}

/** What an event of a run means to whoever waits for it. */
export function activity({ type, message }: { type: string; message: string }): string {
  return type === 'QUEUED' || type === 'PLANNED' ? 'waiting' : message
}

/** The part of a global id that people copy. */
export function shortId(globalId: string): string {
  return Buffer.from(globalId, 'base64').toString().split(':').at(-1) ?? globalId
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The global id of a run, from itself or from its short form. Throws ApiError for what is neither. */
export const runId = (id: string) => globalId('ProcessingRun', id, 'run')

/** As `runId`, for a type of the API and what people call it. */
export function globalId(type: string, id: string, called: string): string {
  const short = uuid.test(id) ? id : shortId(id)
  if (!uuid.test(short)) throw new ApiError(`There is no ${called} ${id}.`)
  return Buffer.from(`${type}:${short}`).toString('base64')
}

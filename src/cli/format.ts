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

/** Columns as wide as their widest cell; those of numbers are flush right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows]
  const widths = head.map((_title, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  const isNumber = head.map((_title, column) => rows.every((row) => /^[\d.,%-]/.test(row[column] ?? '')))
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

/** The part of a global id that people copy. */
export function shortId(globalId: string): string {
  return Buffer.from(globalId, 'base64').toString().split(':').at(-1) ?? globalId
}

/** Takes a short id or a global one. */
export function runId(id: string): string {
  return /^[0-9a-f-]{36}$/.test(id) ? Buffer.from(`ProcessingRun:${id}`).toString('base64') : id
}

const tables = {
  inputs: new Map<string, number>(),
  'HTTP status': new Map<string, number>(),
  'error code': new Map<string, number>(),
  'how pictures ended': new Map<string, number>(),
}

/** Counts for the summary of a long run. */
export function count(table: keyof typeof tables, name: string, by = 1): void {
  tables[table].set(name, (tables[table].get(name) ?? 0) + by)
}

export const counted = (table: keyof typeof tables, name: string) => tables[table].get(name) ?? 0

/** All inputs so far. */
export const allInputs = () => [...tables.inputs.values()].reduce((all, each) => all + each, 0)

/** Answers with a status of 5xx that is not documented. */
export const serverErrors = () =>
  [...tables['HTTP status']].reduce((all, [status, times]) => all + (/^5\d\d$/.test(status) ? times : 0), 0)

/** Tables in Markdown, the most frequent first. */
export function markdown(): string {
  return Object.entries(tables)
    .filter(([, rows]) => rows.size > 0)
    .map(([title, rows]) => {
      const lines = [...rows]
        .sort((a, b) => b[1] - a[1])
        .map(([name, times]) => `| ${name} | ${times.toLocaleString('en')} |`)
      return [`| ${title} | count |`, '|---|--:|', ...lines].join('\n')
    })
    .join('\n\n')
}

import type { RowPoint, ScaleResults } from '../report/results.ts'
import { fill } from './rows.ts'
import { type Bench, workOff } from './work.ts'

const tables = ['Image', 'VariantSet', 'Variant', 'Run', 'Task', 'RunEvent']

/** What images leave in the database, each with a run of its own, as uploads have. */
export async function measureRows(bench: Bench, recipes: readonly string[], count: number): Promise<RowPoint> {
  const { server } = bench
  await fill(server, { images: count, runs: count, recipes })
  await workOff(bench)
  await server.query('VACUUM')
  const sizes = tables.map((table) => `pg_total_relation_size('"${table}"') AS "${table}"`)
  const counts = ['Variant', 'RunEvent'].map((table) => `(SELECT count(*) FROM "${table}") AS "${table} rows"`)
  const [row = {}] = await server.query<Record<string, string>>(`SELECT ${[...sizes, ...counts].join(', ')}`)
  const each = (name: string) => Number(row[name]) / count
  return {
    recipes: [...recipes],
    variants: each('Variant rows'),
    events: each('RunEvent rows'),
    bytes: Object.fromEntries(tables.map((table) => [table, each(table)])),
  }
}

/** All events of one run, by each of so many readers at once. */
export async function measureReading(
  bench: Bench,
  readers: readonly number[],
  count: number,
): Promise<ScaleResults['eventsReadPerSecond']> {
  const { server, fleet } = bench
  await fill(server, { images: count, runs: 1, recipes: ['presets'] })
  await workOff(bench)
  const [run] = await server.query<{ id: string; eventSeq: number }>('SELECT "id", "eventSeq" FROM "Run"')
  // the two of a run that was filled in have no counters to show
  await server.query(
    `UPDATE "RunEvent" SET "payload" = (SELECT "payload" FROM "RunEvent" WHERE "seq" = 3) WHERE "seq" < 3`,
  )
  const rates: ScaleResults['eventsReadPerSecond'] = []
  for (const each of readers) {
    const since = performance.now()
    const answers = await fleet.tell({ do: 'read', runId: run?.id ?? '' }, each)
    const events = answers.reduce((sum, answer) => sum + (answer.events ?? 0), 0)
    if (events !== each * (run?.eventSeq ?? 0)) throw new Error(`${each} readers have seen ${events} events.`)
    rates.push({ readers: each, perSecond: events / ((performance.now() - since) / 1000) })
  }
  return rates
}

import { D1RefusedError } from '../../d1-errors.ts'
import type { D1Row } from './d1.ts'

/** One request. */
export interface Upsert {
  sql: string
  params: (string | number | null)[]
  /** how many of the rows it stores */
  count: number
}

/**
 * How rows travel. `json`: however many of them as one parameter, so that thousands cost one request. `plain`: each value
 * as a parameter, which every SQL engine knows.
 */
export type UpsertForm = 'json' | 'plain'

/** D1 allows 2 MB for a row, a string and a parameter; bytes. */
const maxParameterBytes = 1_000_000
/** https://developers.cloudflare.com/d1/platform/limits/ */
const maxParameters = 100

const columns = {
  id: 'id',
  artistName: 'artist_name',
  artistSlug: 'artist_slug',
  artistImageUrl: 'artist_image_url',
  venueTag: 'venue_tag',
  revision: 'revision',
} as const satisfies Record<keyof D1Row, string>

const fields = Object.keys(columns) as (keyof D1Row)[]
export const columnNames: readonly string[] = Object.values(columns)

const insert = `INSERT INTO events (${columnNames.join(', ')})`
const changes = columnNames.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`)
const onConflict = [
  `ON CONFLICT(id) DO UPDATE SET ${changes.join(', ')}`,
  // the older pipeline's rows have no revision
  'WHERE excluded.revision > coalesce(events.revision, -1)',
].join(' ')

const jsonUpsert = [
  insert,
  `SELECT ${fields.map((field) => `value->>'${field}'`).join(', ')} FROM json_each(?1)`,
  // without it SQLite takes the ON below for that of a join
  'WHERE true',
  onConflict,
].join(' ')

const plainUpsert = (count: number) =>
  `${insert} VALUES ${Array(count)
    .fill(`(${fields.map(() => '?').join(', ')})`)
    .join(', ')} ${onConflict}`

/** Asks for all that storing a row takes, and stores none. */
export const emptyUpsert = `${insert} SELECT ${columnNames.join(', ')} FROM events WHERE false ${onConflict}`

export const lookAtTable = "SELECT name FROM pragma_table_info('events')"
export const createTable =
  'CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, artist_name TEXT, artist_slug TEXT, ' +
  'artist_image_url TEXT, venue_tag TEXT, revision INTEGER)'
export const addRevision = 'ALTER TABLE events ADD COLUMN revision INTEGER'

/** One row of each id, the newest, in the order in which the ids came; throws for one that D1 would not take. */
export function newestOf(rows: readonly D1Row[]): D1Row[] {
  const newest = new Map<string, D1Row>()
  for (const row of rows) {
    const known = newest.get(row.id)
    if (!known || row.revision > known.revision) newest.set(row.id, row)
  }
  for (const row of newest.values()) checkSize(row)
  return [...newest.values()]
}

function checkSize(row: D1Row): void {
  const bytes = sizeOf(row)
  if (bytes <= maxParameterBytes - 2) return
  const name = row.id.length > 100 ? `${row.id.slice(0, 100)}…` : row.id
  throw new D1RefusedError(`The row of event ${name} has ${bytes} bytes; at most ${maxParameterBytes} are sent to D1.`)
}

/** The fewest statements that store these rows, in their order, each within the limits of D1. */
export function planUpserts(rows: readonly D1Row[], form: UpsertForm): Upsert[] {
  const maxRows = form === 'json' ? Number.POSITIVE_INFINITY : Math.floor(maxParameters / fields.length)
  return split(rows, maxRows).map((part) => {
    const count = part.length
    if (form === 'json') return { sql: jsonUpsert, params: [`[${part.map(toJson).join(',')}]`], count }
    return { sql: plainUpsert(count), params: part.flatMap((row) => fields.map((field) => row[field])), count }
  })
}

function split(rows: readonly D1Row[], maxRows: number): D1Row[][] {
  const parts: D1Row[][] = []
  let part: D1Row[] = []
  let bytes = 0
  for (const row of rows) {
    // with the comma or bracket before it; another bracket ends the list
    const more = sizeOf(row) + 1
    if (part.length === 0 || part.length === maxRows || bytes + more + 1 > maxParameterBytes) {
      part = []
      parts.push(part)
      bytes = 0
    }
    part.push(row)
    bytes += more
  }
  return parts
}

/** With the fields of a row and no others. */
const toJson = (row: D1Row) => JSON.stringify(row, fields)

const sizeOf = (row: D1Row) => Buffer.byteLength(toJson(row))

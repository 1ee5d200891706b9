import { D1RefusedError } from '../../d1-errors.ts'
import type { D1Event, PrismaClient } from '../../generated/d1/client.ts'
import type { D1, D1Row } from './d1.ts'
import type { D1Backend } from './d1-backend.ts'
import { classifyD1Error } from './d1-faults.ts'
import type { D1ErrorKind } from './d1-meanings.ts'
import {
  addRevision,
  columnNames,
  createTable,
  emptyUpsert,
  lookAtTable,
  newestOf,
  planUpserts,
  type UpsertForm,
} from './d1-statements.ts'

type Task<T> = (db: PrismaClient) => Promise<T>
/** What an error of that kind means to this call, instead of being thrown. */
type Answers<T> = { readonly [kind in D1ErrorKind]?: T }

/** The table `events` through Prisma, wherever it is. */
export function createPrismaD1(backend: D1Backend): D1 {
  let tableIsReady = false
  let form: UpsertForm = 'json'

  /** The one place where errors of D1 are translated. */
  async function call<T>(task: Task<T>, signal: AbortSignal, answers: Answers<T> = {}): Promise<T> {
    signal.throwIfAborted()
    try {
      return await backend.run(task, signal)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      const { kind, error: translated } = classifyD1Error(error)
      const answer = answers[kind]
      if (answer !== undefined) return answer
      // what somebody has to mend may be mended by another table
      if (kind !== 'unavailable') tableIsReady = false
      throw translated
    }
  }

  async function lookForColumns(signal: AbortSignal): Promise<string[]> {
    const found = await call((db) => db.$queryRawUnsafe<{ name: string }[]>(lookAtTable), signal)
    return found.map(({ name }) => name.toLowerCase())
  }

  /** One request where the table is as it should be; others may be doing the same at this moment. */
  async function prepareTable(signal: AbortSignal): Promise<void> {
    if (tableIsReady) return
    const found = await lookForColumns(signal)
    if (found.length === 0) await call((db) => db.$executeRawUnsafe(createTable), signal)
    else await adopt(found, signal)
    tableIsReady = true
  }

  /** Makes the older pipeline's table, or one of our own, into ours. */
  async function adopt(found: readonly string[], signal: AbortSignal): Promise<void> {
    const missing = columnNames.filter((name) => name !== 'revision' && !found.includes(name))
    if (missing.length > 0) {
      const message = `The table events is another program's: it has no column ${missing.join(', ')}. Move it away.`
      throw new D1RefusedError(message)
    }
    if (found.includes('revision')) return
    await call((db) => db.$executeRawUnsafe(addRevision), signal, { there: 0 })
  }

  async function send(rows: readonly D1Row[], signal: AbortSignal, by: UpsertForm): Promise<void> {
    const refused = by === 'json' ? ({ form: 'refused' } as const) : {}
    let sent = 0
    for (const { sql, params, count } of planUpserts(rows, by)) {
      const outcome = await call<'refused' | number>((db) => db.$executeRawUnsafe(sql, ...params), signal, refused)
      if (outcome === 'refused') return send(rows.slice(sent), signal, 'plain')
      // and not before: what is refused in either form is not mended by the other
      form = by
      sent += count
    }
  }

  return {
    place: backend.place,
    async upsert(rows, signal) {
      signal.throwIfAborted()
      const newest = newestOf(rows)
      if (newest.length === 0) return
      await prepareTable(signal)
      await send(newest, signal, form)
    },
    async read(after, limit, signal) {
      await prepareTable(signal)
      // the older pipeline's table may hold a row without id, which is no row of anybody's
      const id = after === null ? { gte: '' } : { gt: after }
      const page = { where: { id }, orderBy: { id: 'asc' }, take: limit } as const
      const events = await call((db) => db.d1Event.findMany(page), signal)
      return events.map(toRow)
    },
    async check(signal) {
      tableIsReady = false
      await prepareTable(signal)
      await call((db) => db.$executeRawUnsafe(emptyUpsert), signal)
    },
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  }
}

/** The older pipeline's table promises nothing of its columns. */
function toRow({ id, artistName, artistSlug, artistImageUrl, venueTag, revision }: D1Event): D1Row {
  return {
    id,
    artistName: artistName ?? '',
    artistSlug: artistSlug ?? '',
    artistImageUrl,
    venueTag: venueTag ?? '',
    revision: revision === null ? -1 : Number(revision),
  }
}

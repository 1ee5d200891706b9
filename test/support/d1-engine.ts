import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Miniflare, NoOpLog } from 'miniflare'

export interface Statement {
  sql: string
  params?: readonly unknown[]
}

interface Result {
  meta: Record<string, unknown>
  columns: string[]
  rows: unknown[][]
}

export interface D1Engine extends AsyncDisposable {
  /** one statement, or several as one transaction */
  run(statements: readonly Statement[]): Promise<Result[]>
}

/** The engine that D1 runs on, in a process of its own, with an empty database in memory; asks nothing of the network. */
export async function startD1Engine(): Promise<D1Engine> {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-d1-engine-'))
  const miniflare = startIn(dir)
  const db = await miniflare.getD1Database('DB')
  return {
    async run(statements) {
      const prepared = statements.map(({ sql, params = [] }) => db.prepare(sql).bind(...params))
      const [first] = prepared
      if (!first) return []
      const results = prepared.length === 1 ? [await first.all()] : await db.batch(prepared)
      return results.map(({ meta, results: objects }) => {
        const columns = Object.keys(objects[0] ?? {})
        const rows = objects.map((object) => columns.map((name) => (object as Record<string, unknown>)[name]))
        return { meta, columns, rows }
      })
    },
    async [Symbol.asyncDispose]() {
      await miniflare.dispose()
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** It has no setting for its temporary folder, and does not wait for the end of that folder. */
function startIn(dir: string): Miniflare {
  const outer = process.env.TMPDIR
  process.env.TMPDIR = dir
  try {
    return new Miniflare({
      modules: true,
      script: 'export default { fetch: () => new Response() }',
      d1Databases: { DB: 'test' },
      cf: false,
      telemetry: { enabled: false },
      log: new NoOpLog(),
    })
  } finally {
    if (outer === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = outer
  }
}

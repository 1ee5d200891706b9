import path from 'node:path'
import Libsql from 'libsql'

export interface VariantRow {
  id: string
  originalKey: string
  recipe: string
  format: string
  width: number
  height: number
  key: string
  sha256: string
  createdAt: string
}

export interface TaskRow {
  id: string
  status: string
  attempt: number
  crashes: number
  retries: number
}

export interface EventRow {
  runId: string
  seq: number
  type: string
  taskId: string | null
  variantId: string | null
}

export interface Rows {
  variants: VariantRow[]
  tasks: TaskRow[]
  events: EventRow[]
  originalKeys: string[]
}

/** What the SQLite file of a service that has ended holds. */
export async function readRows(dataDir: string): Promise<Rows> {
  const db = new Libsql(path.join(dataDir, 'private', 'greenroom.db'))
  try {
    return await readRowsBy(async (sql) => db.prepare(sql).all())
  } finally {
    db.close()
  }
}

/** What a database holds that can be asked so. */
export async function readRowsBy(ask: (sql: string) => Promise<unknown[]>): Promise<Rows> {
  const all = async <T>(sql: string) => (await ask(sql)) as T[]
  return {
    variants: await all(`SELECT v."id", i."originalKey", s."recipe", v."format", v."width", v."height", v."key",
      v."sha256", v."createdAt" FROM "Variant" v JOIN "VariantSet" s ON s."id" = v."setId"
      JOIN "Image" i ON i."id" = s."imageId"`),
    tasks: await all(`SELECT t."id", t."status", t."attempt", t."crashes",
      (SELECT CAST(count(*) AS INTEGER) FROM "RunEvent" e
        WHERE e."type" = 'TASK_RETRYING' AND e."payload" ->> 'taskId' = t."id") AS "retries" FROM "Task" t`),
    events: await all(`SELECT "runId", "seq", "type", "payload" ->> 'taskId' AS "taskId",
      "payload" ->> 'variantId' AS "variantId" FROM "RunEvent" ORDER BY "runId", "seq"`),
    originalKeys: (await all<{ originalKey: string }>('SELECT "originalKey" FROM "Image"')).map(
      (row) => row.originalKey,
    ),
  }
}

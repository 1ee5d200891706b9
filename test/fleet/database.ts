import pg from 'pg'
import { readRowsBy } from '../crash/rows.ts'

/** A task whose worker was killed between its last variant and its end has nothing left to make, and is SKIPPED. */
const done = `'SUCCEEDED', 'SKIPPED'`

/** Looks into the database of a fleet, with a connection for each look: servers come and go. */
export function lookInto(url: string) {
  async function ask<T>(sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: url })
    // of a server that ends while it is asked
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(sql)).rows as T[]
    } finally {
      await client.end()
    }
  }

  const count = async (sql: string) =>
    (await ask<{ count: number }>(`SELECT count(*)::int AS "count" FROM ${sql}`))[0]?.count ?? 0

  return {
    ask,
    count,
    rows: () => readRowsBy(ask),
    doneTasks: () => count(`"Task" WHERE "status" IN ('SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELLED')`),
    requeues: () => count(`"RunEvent" WHERE "type" = 'TASK_REQUEUED'`),
    doneBefore: () => count(`"Task" WHERE "status" = 'SKIPPED'`),
    retries: () => count(`"RunEvent" WHERE "type" = 'TASK_RETRYING'`),
    /** What has to be so of every image once all is done, and is not. */
    async violations(): Promise<string[]> {
      const wrong = await Promise.all([
        count(`"Task" WHERE "status" NOT IN (${done})`).then((n) => [n, 'tasks are not done'] as const),
        count(`"Task" WHERE "leaseToken" IS NOT NULL`).then((n) => [n, 'leases are left'] as const),
        count(
          `"Image" i WHERE NOT EXISTS (SELECT 1 FROM "Task" t WHERE t."imageId" = i."id" AND t."status" IN (${done}))`,
        ).then((n) => [n, 'images have not been done'] as const),
        count(
          `"Image" i WHERE (SELECT count(*) FROM "VariantSet" s WHERE s."imageId" = i."id") <> 1
            OR (SELECT count(*) FROM "VariantSet" s JOIN "Variant" v ON v."setId" = s."id"
                WHERE s."imageId" = i."id" AND s."state" = 'CURRENT' AND s."ready") <> 2`,
        ).then((n) => [n, 'images have not one whole set of two variants'] as const),
        count(`"Run" WHERE "status" <> 'SUCCEEDED' OR "processedCount" <> "totalCount"
          OR "succeededCount" + "skippedCount" <> "totalCount"`).then((n) => [n, 'runs do not add up'] as const),
      ])
      return wrong.flatMap(([n, what]) => (n > 0 ? [`${n} ${what}.`] : []))
    },
  }
}

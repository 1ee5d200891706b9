import Libsql from 'libsql'
import { expect, it } from 'vitest'
import { createEmptyDatabase } from '../support/databases.ts'
import { copyMigrations, fileOf, migrate } from '../support/migrations.ts'

it('a table rebuild on SQLite keeps the rows that point to it', async () => {
  await using database = await createEmptyDatabase()
  await using copy = await copyMigrations()
  await migrate(database.url, copy.dir)
  const db = new Libsql(fileOf(database.url))
  db.exec(`PRAGMA foreign_keys=ON;
    INSERT INTO "Run" ("id", "kind", "lane", "scope") VALUES ('run', 'UPLOAD', 0, '{}');
    INSERT INTO "RunEvent" ("runId", "seq", "type", "payload") VALUES ('run', 1, 'QUEUED', '{}')`)
  // what Prisma writes for a changed column: the PRAGMA inside is without effect in a transaction
  await copy.add(
    '29990101000000_rebuild',
    `PRAGMA foreign_keys=OFF; CREATE TABLE "new_Run" AS SELECT * FROM "Run"; DROP TABLE "Run";
     ALTER TABLE "new_Run" RENAME TO "Run"; CREATE UNIQUE INDEX "Run_id" ON "Run"("id"); PRAGMA foreign_keys=ON;`,
  )
  await migrate(database.url, copy.dir)
  expect(db.prepare('SELECT count(*) AS events FROM "RunEvent"').get()).toMatchObject({ events: 1 })
  db.close()
})

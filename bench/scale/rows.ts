import { findRecipe, recipeHash } from '../../src/services/recipes.ts'
import type { Watched } from './server.ts'

interface Shape {
  images: number
  /** the images are shared among so many */
  runs: number
  recipes: readonly string[]
}

const number = (sql: string) => `lpad(to_hex(${sql}), 12, '0')`
/** In the order of their numbers, as those of version 7 are in the order of time. */
const id = (kind: number, sql: string) => `'019a${kind}000-0000-7000-8000-' || ${number(sql)}`

/** Nothing but accepted images that wait, each with its task, as uploads leave them; all that was there is gone. */
export async function fill({ query }: Pick<Watched, 'query'>, { images, runs, recipes }: Shape): Promise<void> {
  const each = Math.ceil(images / runs)
  const scope = JSON.stringify({ kind: 'UPLOAD', recipes })
  await query('TRUNCATE "Image", "Run" CASCADE')
  await query(`
    INSERT INTO "Image" ("id", "sha256", "originalKey", "filename", "searchKey", "format", "mimeType", "byteSize",
      "width", "height", "frames", "source", "warnings", "createdAt")
    SELECT ${id(1, 'n')}, md5(n::text) || md5((-n)::text), 'originals/' || md5(n::text) || '.jpg', 'photo-' || n || '.jpg',
      'photo-' || n || '.jpg', 'jpeg', 'image/jpeg', 400000, 2600, 1733, 1, 'UPLOAD', '[]', now()
    FROM generate_series(1, ${images}) n`)
  for (const [index, recipe] of recipes.entries()) {
    await query(`
      INSERT INTO "VariantSet" ("id", "imageId", "recipe", "recipeHash", "state", "activatedAt", "createdAt")
      SELECT ${id(2 + index, 'n')}, ${id(1, 'n')}, '${recipe}', '${recipeHash(findRecipe(recipe))}', 'CURRENT', now(), now()
      FROM generate_series(1, ${images}) n`)
  }
  await query(`
    INSERT INTO "Run" ("id", "kind", "lane", "scope", "totalCount", "plannedWork", "plannedAt", "eventSeq", "createdAt")
    SELECT ${id(6, 'r')}, 'UPLOAD', 0, '${scope}', count(*), 4.5 * count(*), now(), 2, now()
    FROM (SELECT (n - 1) / ${each} + 1 AS r FROM generate_series(1, ${images}) n) numbered GROUP BY r`)
  await query(`
    INSERT INTO "RunEvent" ("runId", "seq", "type", "payload", "createdAt")
    SELECT "id", seq, type::"RunEventType", jsonb_build_object('run', '{}'::jsonb, 'message', 'It waits.'), now()
    FROM "Run" CROSS JOIN (VALUES (1, 'QUEUED'), (2, 'PLANNED')) events(seq, type)`)
  await query(`
    INSERT INTO "Task" ("id", "runId", "lane", "position", "imageId", "subject", "searchKey", "plannedWork", "createdAt")
    SELECT ${id(7, 'n')}, ${id(6, `(n - 1) / ${each} + 1`)}, 0, (n - 1) % ${each} + 1, ${id(1, 'n')},
      'photo-' || n || '.jpg', 'photo-' || n || '.jpg', 4.5, now()
    FROM generate_series(1, ${images}) n`)
  await query('VACUUM ANALYZE')
}

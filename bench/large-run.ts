import { Prisma } from '../src/generated/sqlite/client.ts'
import { itself } from '../src/services/asker.ts'
import { createBell } from '../src/services/bell.ts'
import { createCancellations } from '../src/services/cancellations.ts'
import { createClaims } from '../src/services/claims.ts'
import type { Db, Provider } from '../src/services/db/open-db.ts'
import { dialects } from '../src/services/db/sql.ts'
import { findRecipe, recipeHash } from '../src/services/recipes.ts'
import { createRunPlanner } from '../src/services/run-planner.ts'
import { createRunPreviews } from '../src/services/run-preview.ts'
import type { ReprocessScope } from '../src/services/run-scope.ts'
import { createRuns } from '../src/services/runs.ts'
import { runSettings } from '../test/support/run-settings.ts'
import { onEachDatabase } from './databases.ts'
import { print, timed } from './figures.ts'
import type { BenchOptions } from './options.ts'

const raw = (provider: Provider, value: string, type: string) =>
  provider === 'sqlite' ? Prisma.sql`${value}` : Prisma.sql`${value}::${Prisma.raw(`"${type}"`)}`

/** Images that have a whole set of `presets`, but the last, which lacks it: the most there is to look through. */
async function fill(db: Db, provider: Provider, images: number): Promise<void> {
  const hash = recipeHash(findRecipe('presets'))
  const numbers = Prisma.sql`WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ${images})`
  const id = (kind: string) => Prisma.sql`${kind} || (1000000 + n.x)`
  await db.$executeRaw`
    INSERT INTO "Image" ("id", "sha256", "originalKey", "filename", "searchKey", "format", "mimeType", "byteSize",
      "width", "height", "frames", "source", "warnings", "createdAt")
    ${numbers} SELECT ${id('image')}, ${id('sha')}, 'originals/none.jpg', 'photo.jpg', 'photo.jpg', 'jpeg', 'image/jpeg', 1,
      1000 + n.x % 7, 1000, 1, ${raw(provider, 'UPLOAD', 'ImageSource')}, ${raw(provider, '[]', 'jsonb')}, ${new Date()} FROM n`
  await db.$executeRaw`
    INSERT INTO "VariantSet" ("id", "imageId", "recipe", "recipeHash", "state", "ready", "createdAt")
    ${numbers} SELECT ${id('set')}, ${id('image')}, 'presets', ${hash}, ${raw(provider, 'CURRENT', 'VariantSetState')},
      n.x < ${images}, ${new Date()} FROM n`
}

const cases: [ReprocessScope, string[] | null][] = [
  ['MISSING', null],
  ['MISSING', ['presets']],
  ['MISSING', ['artist']],
  ['STALE', null],
  ['ALL', null],
]

function createEngine(db: Db, provider: Provider) {
  const bell = createBell()
  const dialect = dialects[provider]
  return {
    runs: createRuns({ db, dialect, bell, wake() {}, settings: runSettings }),
    planner: createRunPlanner({ db, dialect, bell }),
    claims: createClaims({ db, dialect, bell, leaseMs: 30_000 }),
    cancellations: createCancellations({ db, dialect, bell }),
    previews: createRunPreviews({ db, dialect, settings: { threads: 2, defaultRecipes: ['presets'] } }),
  }
}

/** Takes steps until one finds nothing to do, and lets others have their turn between two. */
async function drain(step: () => Promise<unknown>): Promise<void> {
  while (await step()) await new Promise(setImmediate)
}

/** How long a run over 100,000 images takes to be foreseen, accepted, planned, claimed from and cancelled. */
export async function benchLargeRun({ images = 100_000 }: BenchOptions): Promise<void> {
  print(`large run: over ${images} images`)
  await onEachDatabase(async ({ db }, provider) => {
    const { runs, planner, claims, cancellations, previews } = createEngine(db, provider)
    const filled = await timed(() => fill(db, provider, images))
    print(`  ${provider} filled in ${filled.ms.toFixed(0)} ms`)
    if (provider === 'postgresql') await db.$executeRaw`ANALYZE`
    for (const [scope, recipes] of cases) {
      const report = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
        const { result, ms, loopP99Ms, loopMaxMs } = await timed(work)
        const name = `${provider} ${scope} ${recipes ?? ''}`.padEnd(28)
        print(
          `  ${name} ${what.padEnd(9)} ${ms.toFixed(0).padStart(5)} ms (event loop p99 ${loopP99Ms.toFixed(0)} ms, longest ${loopMaxMs.toFixed(0)} ms)`,
        )
        return result
      }
      await report('preview', () => previews.preview(scope, [], recipes))
      const run = await report('accept', () => runs.reprocess(scope, [], recipes, itself).catch(() => null))
      if (!run) continue
      await report('plan', () => drain(() => planner.planChunk()))
      await report('20 claims', () => Promise.all(Array.from({ length: 20 }, () => claims.claim())))
      await report('cancel', async () => {
        await runs.cancel(run.id, null, itself)
        await db.run.update({ where: { id: run.id }, data: { cancellingAt: new Date(0) } })
        await drain(() => cancellations.cancelChunks())
      })
    }
  })
}

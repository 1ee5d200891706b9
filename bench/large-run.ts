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
import { imageRow } from '../test/support/rows.ts'
import { onEachDatabase } from './databases.ts'
import { print, timed } from './figures.ts'

const images = 100_000

/** Images that have a whole set of `presets`, but the last, which lacks it: the most there is to look through. */
async function fill(db: Db): Promise<void> {
  const state = { recipe: 'presets', recipeHash: recipeHash(findRecipe('presets')), state: 'CURRENT' as const }
  for (let done = 0; done < images; done += 1_000) {
    const rows = await db.image.createManyAndReturn({
      data: Array.from({ length: 1_000 }, imageRow),
      select: { id: true },
    })
    const sets = rows.map(({ id }, index) => ({ ...state, imageId: id, ready: done + index < images - 1 }))
    await db.variantSet.createMany({ data: sets })
  }
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
    runs: createRuns({ db, dialect, bell, dispatcher: { wake() {}, stopRun() {} } }),
    planner: createRunPlanner({ db, dialect, bell }),
    claims: createClaims({ db, dialect, bell, leaseMs: 30_000 }),
    cancellations: createCancellations({ db, dialect, bell }),
    previews: createRunPreviews({ db, settings: { threads: 2, defaultRecipes: ['presets'] } }),
  }
}

/** Takes steps until one finds nothing to do, and lets others have their turn between two. */
async function drain(step: () => Promise<unknown>): Promise<void> {
  while (await step()) await new Promise(setImmediate)
}

/** How long a run over 100,000 images takes to be foreseen, accepted, planned, claimed from and cancelled. */
export async function benchLargeRun(): Promise<void> {
  print(`large run: over ${images} images`)
  await onEachDatabase(async ({ db }, provider) => {
    const { runs, planner, claims, cancellations, previews } = createEngine(db, provider)
    await fill(db)
    if (provider === 'postgresql') await db.$executeRaw`ANALYZE`
    for (const [scope, recipes] of cases) {
      const report = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
        const { result, ms, loopP99Ms } = await timed(work)
        const name = `${provider} ${scope} ${recipes ?? ''}`.padEnd(28)
        print(`  ${name} ${what.padEnd(9)} ${ms.toFixed(0).padStart(5)} ms (event loop p99 ${loopP99Ms.toFixed(0)} ms)`)
        return result
      }
      await report('preview', () => previews.preview(scope, [], recipes))
      const run = await report('accept', () => runs.reprocess(scope, [], recipes).catch(() => null))
      if (!run) continue
      await report('plan', () => drain(() => planner.planChunk()))
      await report('20 claims', () => Promise.all(Array.from({ length: 20 }, () => claims.claim())))
      await report('cancel', async () => {
        await runs.cancel(run.id, null)
        await db.run.update({ where: { id: run.id }, data: { cancellingAt: new Date(0) } })
        await drain(() => cancellations.cancelChunks())
      })
    }
  })
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Task, Variant, VariantSet } from '../../src/generated/sqlite/client.ts'
import { itself } from '../../src/services/asker.ts'
import type { Claim, ImageClaim } from '../../src/services/claims.ts'
import { startImageRun } from '../../src/services/runs.ts'
import { LeaseLostError, voidLeases } from '../../src/services/task-states.ts'
import { missingUnits, type WantedSet } from '../../src/services/variant-sets.ts'
import { provider } from '../support/databases.ts'
import { createEngine, type Engine, expectConsistent, failure, uploadScope } from '../support/engine.ts'

/** What has happened in a history, and what has to stay true of it. */
interface History {
  engine: Engine
  /** keys of objects that are in storage */
  storage: Set<string>
  /** every claim there ever was, live or stale */
  claims: { claim: Claim; sets: WantedSet[] }[]
  /** tasks and runs that are over, as they were when they ended */
  over: Map<string, unknown>
}

type Step = (history: History, pick: number) => Promise<unknown>

/** A worker's step with any claim ever made: with a stale one it has to be refused, and to change nothing. */
const withClaim =
  (work: (history: History, held: History['claims'][number]) => Promise<unknown>): Step =>
  async (history, pick) => {
    const held = history.claims[pick % Math.max(1, history.claims.length)]
    if (!held) return
    const { db } = history.engine
    const task = await db.task.findUniqueOrThrow({ where: { id: held.claim.taskId } })
    const isLive = task.status === 'RUNNING' && task.leaseToken === held.claim.token
    if (isLive) {
      await work(history, held)
      return
    }
    const before = await everything(history)
    await expect(work(history, held)).rejects.toThrow(LeaseLostError)
    expect(await everything(history)).toEqual(before)
  }

/** The same for steps that only a task with an image can take. */
const withImage = (
  work: (history: History, claim: ImageClaim, held: History['claims'][number]) => Promise<unknown>,
): Step =>
  withClaim((history, held) => {
    const { image } = held.claim
    return image ? work(history, { ...held.claim, image }, held) : history.engine.tasks.check(held.claim)
  })

const everything = ({ engine: { db } }: History) =>
  Promise.all([
    db.run.findMany(),
    db.task.findMany(),
    db.variant.findMany(),
    db.variantSet.findMany(),
    db.runEvent.count(),
  ])

const withRun =
  (act: (history: History, id: string) => Promise<unknown>): Step =>
  async (history, pick) => {
    const runs = await history.engine.db.run.findMany({ select: { id: true }, orderBy: { id: 'asc' } })
    const run = runs[pick % Math.max(1, runs.length)]
    // an answer like "it is over" or "nothing to retry" is as good as any
    if (run) await act(history, run.id).catch((error: { code?: string }) => expect(error.code).toBeDefined())
  }

const importOf = (extra: number) => ({
  urls: Array.from({ length: 1 + extra }, (_each, index) => `https://pictures.example/${index}.jpg`),
  artistName: 'Carl Cox',
  venueTag: null,
  recipes: null,
})

const steps: Record<string, Step> = {
  start: ({ engine }, pick) => engine.start(pick % 4),
  /** a run over images that others may be at work on */
  async startAgain({ engine: { db } }, pick) {
    const images = await db.image.findMany({ take: 1 + (pick % 3), orderBy: { id: 'asc' } })
    await db.$transaction((tx) => startImageRun(tx, uploadScope, images, itself))
  },
  async claim(history) {
    const claim = await history.engine.claims.claim()
    if (claim) history.claims.push({ claim, sets: [] })
  },
  startImport: ({ engine }, pick) => engine.runs.importUrls(importOf(pick % 3), itself),
  /** what an address holds is an image that is known, or a new one */
  fetched: withClaim(async ({ engine }, { claim }) => {
    if (claim.image) return engine.tasks.check(claim)
    const known = await engine.db.image.findFirst({ orderBy: { id: 'desc' } })
    const image = known ?? (await engine.createImages(1))[0]
    if (image) await engine.db.$transaction((tx) => engine.tasks.fetched(tx, claim, image))
  }),
  prepare: withImage(async ({ engine }, claim, held) => {
    held.sets = await engine.tasks.prepare(claim, () => ['presets'])
  }),
  // as a worker does: look, put, record
  checkpoint: withImage(async ({ engine, storage }, claim, { sets }) => {
    await engine.tasks.check(claim)
    const [set] = sets
    const [unit] = set ? missingUnits(set) : []
    if (!set || !unit) return
    storage.add(unit.key)
    const { name, format, mimeType, width, height, key } = unit
    const variant = { name, format, mimeType, width, height, key, byteSize: 1, sha256: 'x', encoder: 'none' }
    await engine.tasks.record(claim, { facts: null, variants: [{ set, variant, share: 1 / 3 }] })
  }),
  report: withClaim(async ({ engine, storage }, { claim, sets }) => {
    const [set] = sets
    const [known] = set?.variants ?? []
    if (!set || !known) return engine.tasks.check(claim)
    const variant = await engine.db.variant.findFirstOrThrow({ where: { setId: set.id, name: known.name } })
    await engine.tasks.report(claim, [{ type: 'OBJECT_BROKEN', message: 'It is gone.', variantId: variant.id }])
    storage.delete(variant.key)
    set.variants = set.variants.filter(({ name }) => name !== variant.name)
  }),
  succeed: withClaim(({ engine }, { claim }) => engine.tasks.succeed(claim)),
  skip: withClaim(({ engine }, { claim }) => engine.tasks.skip(claim, 'nothing to do')),
  fail: withClaim(({ engine }, { claim }) => engine.tasks.fail(claim, failure)),
  retryLater: withClaim(({ engine }, { claim }) => engine.tasks.retry(claim, failure, new Date(0))),
  park: withClaim(({ engine }, { claim }) => engine.tasks.park(claim, failure, new Date(0))),
  hostDied: withClaim(({ engine }, { claim }) => engine.tasks.requeue(claim, 'shared')),
  stopWork: withClaim(({ engine }, { claim }) => engine.tasks.cancel(claim)),
  async leaseRunsOut({ engine }, pick) {
    const tasks = await engine.db.task.findMany({ where: { status: 'RUNNING' }, orderBy: { id: 'asc' } })
    const task = tasks[pick % Math.max(1, tasks.length)]
    if (task) await engine.db.task.update({ where: { id: task.id }, data: { leaseExpiresAt: new Date(0) } })
  },
  renew: ({ engine, claims }) => engine.claims.renew(claims.map(({ claim }) => claim.token)),
  reap: ({ engine }) => engine.claims.reap(),
  async crash({ engine }) {
    await voidLeases(engine.db)
    await engine.claims.reap()
  },
  cancel: withRun(({ engine }, id) => engine.runs.cancel(id, null, itself)),
  async graceIsOver({ engine }) {
    await engine.db.run.updateMany({ where: { status: 'CANCELLING' }, data: { cancellingAt: new Date(0) } })
    await engine.cancellations.cancelChunks()
  },
  cancelChunks: ({ engine }) => engine.cancellations.cancelChunks(),
  pause: withRun(({ engine }, id) => engine.runs.pause(id, itself)),
  resume: withRun(({ engine }, id) => engine.runs.resume(id)),
  retryRun: withRun(({ engine }, id) => engine.runs.retry(id, 'ALL', itself)),
  async reprocess({ engine }) {
    await engine.runs
      .reprocess('ALL', [], ['presets'], itself)
      .catch((error: { code?: string }) => expect(error.code).toBeDefined())
  },
  plan: ({ engine }) => engine.planner.planChunk(),
}

const isOver = ({ status }: Task) => ['SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELLED'].includes(status)

async function checkInvariants({ engine: { db }, storage, over }: History): Promise<void> {
  const runs = await db.run.findMany({ include: { tasks: true } })
  for (const { tasks, ...run } of runs) {
    await expectConsistent(db, run.id)
    expect(run.doneWork).toBeLessThanOrEqual(run.plannedWork + 1e-6)
    if (run.finishedAt) expect([run.activeKey, tasks.every(isOver)]).toEqual([null, true])
    for (const row of [...tasks.filter(isOver), ...(run.finishedAt ? [run] : [])]) {
      expect(row).toEqual(over.get(row.id) ?? row)
      over.set(row.id, row)
    }
  }
  checkLeases(runs.flatMap((run) => run.tasks).filter((task) => task.status === 'RUNNING'))
  for (const set of await db.variantSet.findMany({ include: { variants: true } })) checkWatermark(set, storage)
}

/** One live lease a task, and one an image; an import has no image until its address is fetched. */
function checkLeases(working: readonly Task[]): void {
  const live = working.filter((task) => task.leaseExpiresAt && task.leaseExpiresAt > new Date())
  const images = live.flatMap(({ imageId }) => imageId ?? [])
  expect(new Set(images).size).toBe(images.length)
  expect(working.every((task) => task.leaseToken !== null)).toBe(true)
}

const widths = { thumbnail: 150, medium: 800, large: 1920 }

function checkWatermark(set: VariantSet & { variants: Variant[] }, storage: ReadonlySet<string>): void {
  expect(set.variants.filter((variant) => !storage.has(variant.key))).toEqual([])
  expect(set.ready).toBe(set.variants.length === 3)
  const names = Object.keys(widths) as (keyof typeof widths)[]
  const missing = names.filter((name) => set.variants.every((variant) => variant.name !== name))
  const firstGap = Math.min(...missing.map((name) => widths[name]))
  const whole = Object.values(widths).filter((width) => width < firstGap)
  expect(set.readyMaxWidth).toBe(Math.max(0, ...whole))
}

// claims oftener, or there is little to get wrong
const names = [...Object.keys(steps), 'claim', 'claim', 'claim', 'startAgain']
const history = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(1000)), {
  minLength: 10,
  maxLength: 60,
})

describe(`any history of runs on ${provider}`, () => {
  it('keeps counters, numbering, fences, final states and watermarks', { timeout: 300_000 }, async () => {
    await using engine = await createEngine()
    await fc.assert(
      fc
        .asyncProperty(history, async (made) => {
          const state: History = { engine, storage: new Set(), claims: [], over: new Map() }
          await steps.start?.(state, 3)
          for (const [name, pick] of made) {
            await steps[name]?.(state, pick)
            await checkInvariants(state)
          }
        })
        .afterEach(async () => {
          await engine.db.run.deleteMany()
          await engine.db.image.deleteMany()
        }),
      { numRuns: Number(process.env.HISTORIES ?? 12) },
    )
  })
})

import { Mutex } from 'async-mutex'
import type { Prisma, Variant } from '../generated/sqlite/client.ts'
import type { Db } from './db/open-db.ts'
import type { Dialect } from './db/sql.ts'
import type { ObjectStore } from './storage/object-store.ts'
import { unfinishedTaskStates } from './task-states.ts'

/** Events are kept this long after their run has ended, ms. */
const eventsKeptMs = 30 * 24 * 3_600_000
/** Sets and images a batch: few enough that it takes moments, and others get their turn. */
const batchSize = 50

export interface Garbage {
  /** sets that were replaced, and those of deleted images */
  sets: number
  variants: number
  /** deleted images; their originals go too */
  images: number
  /** events of runs that ended 30 days ago or more */
  events: number
  /** of variants and originals */
  bytes: number
}

export interface GarbageCollector {
  /** what could be collected now */
  survey(): Promise<Garbage>
  /** collects one batch; all zero when nothing is left */
  collect(): Promise<Garbage>
}

interface Deps {
  db: Db
  dialect: Dialect
  stores: { variants: ObjectStore; originals: ObjectStore }
  /** how long a retired set and a deleted image are kept, ms */
  graceMs: number
  /** after so long, a mark is of a collector that was killed; ms, 0 where no other process collects */
  abandonedMs: number
}

/**
 * Deletes what was retired or deleted longer ago than the grace period. A set is marked first, and from then on no task
 * of its image can be claimed; then its objects go, then its row. A collector that is killed in between leaves marked
 * sets, with which the next one begins; killed between the row of an image and its original, it leaves that original.
 */
export function createGarbageCollector(deps: Deps): GarbageCollector {
  const { db, dialect, stores, graceMs, abandonedMs } = deps
  const collecting = new Mutex()
  const ago = (ms: number) => new Date(Date.now() - ms)
  const cutoffs = () => ({ grace: ago(graceMs), events: ago(eventsKeptMs) })

  const atWork: Prisma.TaskWhereInput = { status: 'RUNNING' }
  const toDo: Prisma.TaskWhereInput = { status: { in: unfinishedTaskStates } }
  const expiredImages = (cutoff: Date): Prisma.ImageWhereInput => ({
    deletedAt: { lte: cutoff },
    tasks: { none: toDo },
  })
  /** one after the other, so that each finds its index */
  const expiredSets = (cutoff: Date): Prisma.VariantSetWhereInput[] => [
    { collectingAt: { lte: ago(abandonedMs) } },
    { state: 'RETIRED', retiredAt: { lte: cutoff }, collectingAt: null, image: { tasks: { none: atWork } } },
    { image: expiredImages(cutoff), collectingAt: null },
  ]
  const expiredRuns = (cutoff: Date): Prisma.RunWhereInput => ({ finishedAt: { lte: cutoff }, events: { some: {} } })

  async function findSets(cutoff: Date): Promise<string[]> {
    for (const where of expiredSets(cutoff)) {
      const found = await db.variantSet.findMany({ where, select: { id: true }, take: batchSize })
      if (found.length > 0) return found.map(({ id }) => id)
    }
    return []
  }

  /**
   * Marks what is to go, unless somebody has begun to work on its image or another collector has marked it; returns what
   * this one has.
   */
  async function markSets(cutoff: Date) {
    const found = { in: await findSets(cutoff) }
    const marked = await db.variantSet.updateManyAndReturn({
      where: { AND: [{ id: found }, { OR: expiredSets(cutoff) }] },
      data: { state: 'RETIRED', collectingAt: new Date() },
      select: { id: true },
    })
    const ids = { in: marked.map(({ id }) => id) }
    // once more: a task claimed while it was being marked does not know of the mark
    await db.variantSet.updateMany({
      where: { id: ids, image: { tasks: { some: atWork } } },
      data: { collectingAt: null },
    })
    return db.variantSet.findMany({ where: { id: ids, collectingAt: { not: null } }, include: { variants: true } })
  }

  async function collectSets(cutoff: Date): Promise<Pick<Garbage, 'sets' | 'variants' | 'bytes'>> {
    const sets = await markSets(cutoff)
    const variants = sets.flatMap((set) => set.variants)
    for (const variant of variants) await stores.variants.delete(variant.key)
    const { count } = await db.variantSet.deleteMany({
      where: { id: { in: sets.map(({ id }) => id) }, collectingAt: { not: null } },
    })
    return { sets: count, variants: variants.length, bytes: sum(variants) }
  }

  /** Images without sets; the row goes first, and only if nobody has brought it back. */
  async function collectImages(cutoff: Date): Promise<Pick<Garbage, 'images' | 'bytes'>> {
    const where = { ...expiredImages(cutoff), sets: { none: {} } }
    const found = await db.image.findMany({ where, take: batchSize })
    const collected: typeof found = []
    for (const image of found) {
      const { count } = await db.image.deleteMany({ where: { ...where, id: image.id } })
      if (count === 0) continue
      collected.push(image)
      await db.artist.updateMany({ where: { pinnedImageId: image.id }, data: { pinnedImageId: null } })
      await stores.originals.delete(image.originalKey)
    }
    return { images: collected.length, bytes: sum(collected) }
  }

  /** The oldest events of one run, as many as one statement may write: a large run has a million. */
  async function collectEvents(cutoff: Date): Promise<number> {
    const run = await db.run.findFirst({ where: expiredRuns(cutoff), orderBy: { finishedAt: 'desc' } })
    const first = run && (await db.runEvent.findFirst({ where: { runId: run.id }, orderBy: { seq: 'asc' } }))
    if (!first) return 0
    const { count } = await db.runEvent.deleteMany({
      where: { runId: first.runId, seq: { lt: first.seq + dialect.rowsAtOnce.write } },
    })
    return count
  }

  return {
    async survey() {
      const { grace, events } = cutoffs()
      const [sets, variants, images, runs] = await Promise.all([
        db.variantSet.count({ where: { OR: expiredSets(grace) } }),
        db.variant.aggregate({ where: { set: { OR: expiredSets(grace) } }, _count: true, _sum: { byteSize: true } }),
        db.image.aggregate({ where: expiredImages(grace), _count: true, _sum: { byteSize: true } }),
        db.run.aggregate({ where: expiredRuns(events), _sum: { eventSeq: true } }),
      ])
      const bytes = (variants._sum.byteSize ?? 0) + (images._sum.byteSize ?? 0)
      return { sets, variants: variants._count, images: images._count, events: runs._sum.eventSeq ?? 0, bytes }
    },
    // one at a time: a second collector could delete objects of a set made after the first was done with the old one
    collect: () =>
      collecting.runExclusive(async () => {
        const cutoff = cutoffs()
        const sets = await collectSets(cutoff.grace)
        const images = await collectImages(cutoff.grace)
        const events = await collectEvents(cutoff.events)
        return { ...sets, ...images, events, bytes: sets.bytes + images.bytes }
      }),
  }
}

const sum = (items: readonly Pick<Variant, 'byteSize'>[]) => items.reduce((bytes, { byteSize }) => bytes + byteSize, 0)

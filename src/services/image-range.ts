import { setImmediate } from 'node:timers/promises'
import { Prisma } from '../generated/sqlite/client.ts'
import type { Db, Tx } from './db/open-db.ts'

export interface ImageRange {
  /** a condition on "Image" i */
  condition: Prisma.Sql
  /** where the next range begins; null when this is the last */
  next: string | null
}

/** The next so many images in the order of their ids, after the id `after`, or from the first for null. */
export async function imageRange(db: Db | Tx, after: string | null, size: number): Promise<ImageRange> {
  const last = Number.isFinite(size)
    ? await db.image.findFirst({
        where: after === null ? {} : { id: { gt: after } },
        orderBy: { id: 'asc' },
        skip: size - 1,
        select: { id: true },
      })
    : null
  const from = after === null ? Prisma.sql`1 = 1` : Prisma.sql`i."id" > ${after}`
  if (!last) return { condition: from, next: null }
  return { condition: Prisma.sql`${from} AND i."id" <= ${last.id}`, next: last.id }
}

/** All images, range by range, with a pause between two: SQLite answers without ever letting go of the event loop. */
export async function* imageRanges(db: Db, size: number): AsyncGenerator<Prisma.Sql> {
  for (let after: string | null = null; ; ) {
    const { condition, next }: ImageRange = await imageRange(db, after, size)
    yield condition
    if (next === null) return
    after = next
    await setImmediate()
  }
}

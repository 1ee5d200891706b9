import type { Prisma } from '../generated/sqlite/client.ts'
import type { Db } from './db/open-db.ts'
import { unfinishedTaskStates } from './task-states.ts'

const imageStates = ['READY', 'PROCESSING', 'PARTIAL', 'FAILED', 'DELETED'] as const
/** Each image is in one of them. */
export type ImageState = (typeof imageStates)[number]

const current = { state: 'CURRENT' } as const
const ready: Prisma.ImageWhereInput = {
  sets: { some: current, none: { ...current, ready: false } },
}
const underWay: Prisma.ImageWhereInput = { tasks: { some: { status: { in: unfinishedTaskStates } } } }
const partial: Prisma.ImageWhereInput = { sets: { some: { ...current, variants: { some: {} } } } }
const kept: Prisma.ImageWhereInput = { deletedAt: null }

const conditions: Record<ImageState, Prisma.ImageWhereInput> = {
  DELETED: { deletedAt: { not: null } },
  READY: { AND: [kept, ready] },
  PROCESSING: { AND: [kept, { NOT: ready }, underWay] },
  PARTIAL: { AND: [kept, { NOT: ready }, { NOT: underWay }, partial] },
  FAILED: { AND: [kept, { NOT: ready }, { NOT: underWay }, { NOT: partial }] },
}

/** The same rule as `statusOf` of the API, for the database. */
export const whereState = (state: ImageState): Prisma.ImageWhereInput => conditions[state]

/** How many images are in each state, all at one moment. */
export function countImages(db: Db): Promise<Record<ImageState, number>> {
  return db.$transaction(
    async (tx) => {
      const counts = { READY: 0, PROCESSING: 0, PARTIAL: 0, FAILED: 0, DELETED: 0 }
      for (const state of imageStates) counts[state] = await tx.image.count({ where: whereState(state) })
      return counts
    },
    // or PostgreSQL would look anew for each
    { isolationLevel: 'Serializable' },
  )
}

import type { Prisma } from '../generated/sqlite/client.ts'
import { unfinishedTaskStates } from '../services/task-states.ts'
import { builder } from './builder.ts'
import { currentSets } from './variant.ts'

export const ImageStatus = builder.enumType('ImageStatus', {
  description: 'How far an image has come: the first of these that holds.',
  values: {
    DELETED: { description: 'Deleted, and not restored.' },
    READY: { description: 'Every variant of every wanted recipe is stored, perhaps while a newer set is built.' },
    PROCESSING: { description: 'Work on it waits or is under way.' },
    PARTIAL: { description: 'Some variants are stored, and nothing is under way.' },
    FAILED: { description: 'Nothing is stored, and nothing is under way.' },
  } as const,
})

type Status = typeof ImageStatus.$inferType

export const statusSelection = {
  ...currentSets,
  tasks: { where: { status: { in: unfinishedTaskStates } }, select: { id: true }, take: 1 },
} as const

interface StatusFacts {
  deletedAt: Date | null
  sets: { ready: boolean; variants: unknown[] }[]
  tasks: unknown[]
}

export function statusOf({ deletedAt, sets, tasks }: StatusFacts): Status {
  if (deletedAt) return 'DELETED'
  if (sets.length > 0 && sets.every((set) => set.ready)) return 'READY'
  if (tasks.length > 0) return 'PROCESSING'
  return sets.some((set) => set.variants.length > 0) ? 'PARTIAL' : 'FAILED'
}

const current = { state: 'CURRENT' } as const
const ready: Prisma.ImageWhereInput = {
  sets: { some: current, none: { ...current, ready: false } },
}
const underWay: Prisma.ImageWhereInput = { tasks: { some: { status: { in: unfinishedTaskStates } } } }
const partial: Prisma.ImageWhereInput = { sets: { some: { ...current, variants: { some: {} } } } }
const kept: Prisma.ImageWhereInput = { deletedAt: null }

const conditions: Record<Status, Prisma.ImageWhereInput> = {
  DELETED: { deletedAt: { not: null } },
  READY: { AND: [kept, ready] },
  PROCESSING: { AND: [kept, { NOT: ready }, underWay] },
  PARTIAL: { AND: [kept, { NOT: ready }, { NOT: underWay }, partial] },
  FAILED: { AND: [kept, { NOT: ready }, { NOT: underWay }, { NOT: partial }] },
}

/** The same rule as `statusOf`, for the database. */
export const whereStatus = (status: Status): Prisma.ImageWhereInput => conditions[status]

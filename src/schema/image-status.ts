import type { ImageState } from '../services/image-states.ts'
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
  } satisfies Record<ImageState, { description: string }>,
})

export const statusSelection = {
  ...currentSets,
  tasks: { where: { status: { in: unfinishedTaskStates } }, select: { id: true }, take: 1 },
} as const

interface StatusFacts {
  deletedAt: Date | null
  sets: { ready: boolean; variants: unknown[] }[]
  tasks: unknown[]
}

/** The same rule as `whereState`. */
export function statusOf({ deletedAt, sets, tasks }: StatusFacts): ImageState {
  if (deletedAt) return 'DELETED'
  if (sets.length > 0 && sets.every((set) => set.ready)) return 'READY'
  if (tasks.length > 0) return 'PROCESSING'
  return sets.some((set) => set.variants.length > 0) ? 'PARTIAL' : 'FAILED'
}

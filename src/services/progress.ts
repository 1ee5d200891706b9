import type { ImageFacts } from '../workers/protocol.ts'
import type { ImageClaim } from './claims.ts'
import type { Tx } from './db/open-db.ts'
import type { NewRunEvent } from './run-events.ts'
import { type MadeVariant, noteUsable, storeVariants } from './variant-sets.ts'

/** What has come of a claimed image. */
export interface Progress {
  /** what its decode has told; null when that is on record */
  facts: ImageFacts | null
  variants: readonly (MadeVariant & {
    /** of the work left at the claim that is done with it */
    share: number
  })[]
}

export const noProgress: Progress = { facts: null, variants: [] }

/** Writes it down for a task that is known to be held. Returns what is to be told of it as events of the run. */
export async function recordProgress(
  tx: Tx,
  { image, taskId, subject }: ImageClaim,
  { facts, variants }: Progress,
): Promise<NewRunEvent[]> {
  const events: NewRunEvent[] = []
  if (facts) events.push({ type: 'TASK_DECODED', message: `${subject} is decoded.`, taskId })
  const ids = await storeVariants(tx, image, variants)
  for (const [index, { set, variant }] of variants.entries()) {
    const { name, format, width, height } = variant
    const message = `${set.recipe} ${name} ${format} (${width}x${height} px) is stored.`
    events.push({ type: 'VARIANT_STORED', message, taskId, variantId: ids[index] ?? '' })
  }
  await noteUsable(tx, image, { ...facts }, variants.length > 0)
  return events
}

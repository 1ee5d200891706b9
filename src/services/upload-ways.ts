import type { Db } from './db/open-db.ts'
import { createLocalTargets } from './storage/local-targets.ts'
import type { Backend } from './storage/open-stores.ts'
import { createPresignedTargets } from './storage/presigned-targets.ts'
import type { UploadTargets } from './storage/upload-targets.ts'
import { createTransfers, type Transfers } from './transfers.ts'

export interface UploadWays {
  /** where a file is sent */
  targets: UploadTargets
  /** takes files in that are sent here; null where they go straight to the storage */
  transfers: Transfers | null
}

/** How files get to where originals lie: straight into a bucket, or through this service onto its disk. */
export function openUploadWays({ kind, store }: Backend, { db, origin }: { db: Db; origin: () => string }): UploadWays {
  if (kind === 's3') return { targets: createPresignedTargets(store), transfers: null }
  return { targets: createLocalTargets(origin), transfers: createTransfers({ db, originals: store }) }
}

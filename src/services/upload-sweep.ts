import type { Upload } from '../generated/sqlite/client.ts'
import type { Db } from './db/open-db.ts'
import type { ObjectStore } from './storage/object-store.ts'
import { isTempKey, tempFolder } from './upload-rules.ts'

const batchSize = 50
/** A file that no upload names is nobody's after this long, ms: whoever put it there would have said so by then. */
const strayMs = 3_600_000

interface Deps {
  db: Db
  originals: ObjectStore
}

/** The file first: without its row, nobody would look for it. A row that was given more time meanwhile stays. */
export async function discardUpload({ db, originals }: Deps, { id, tempKey }: Upload): Promise<void> {
  await originals.delete(tempKey)
  await db.upload.deleteMany({ where: { id, tempKey, expiresAt: { lte: new Date() } } })
}

/**
 * Removes a batch of uploads that are over, and files that no upload names: left by a kill, or put again through an
 * address of the storage. Returns whether there was something to remove.
 */
export async function sweepUploads(deps: Deps): Promise<boolean> {
  const where = { expiresAt: { lte: new Date() } }
  const expired = await deps.db.upload.findMany({ where, orderBy: { expiresAt: 'asc' }, take: batchSize })
  for (const upload of expired) await discardUpload(deps, upload)
  return expired.length > 0 || sweepStrays(deps)
}

async function sweepStrays({ db, originals }: Deps): Promise<boolean> {
  let found = false
  for await (const { key, modifiedAt } of originals.list(tempFolder)) {
    // what is not named as we name it belongs to another program
    if (!isTempKey(key) || Date.now() - modifiedAt.getTime() < strayMs) continue
    if ((await db.upload.count({ where: { tempKey: key } })) > 0) continue
    await originals.delete(key)
    found = true
  }
  return found
}

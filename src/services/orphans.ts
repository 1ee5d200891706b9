import { foldForSearch } from '../venues/artist-slug.ts'
import { parsePictureKey } from '../venues/picture-key.ts'
import type { Db } from './db/open-db.ts'
import { isOriginalKey, originalsFolder } from './original-keys.ts'
import type { ListedObject, ObjectStore } from './storage/object-store.ts'

/** What is looked through for objects that nothing names. */
const picturesFolder = 'artists/'
export const orphanFolders = ['variants/', 'images/', picturesFolder, originalsFolder]

export const isOrphanFolder = (subject: string) => orphanFolders.includes(subject)

/** Each of these folders is a task of a RECONCILE run. */
export const orphanTasks = orphanFolders.map((subject) => ({
  subject,
  searchKey: foldForSearch(subject),
  imageId: null,
  plannedWork: 1,
}))

interface Deps {
  db: Db
  stores: { variants: ObjectStore; originals: ObjectStore }
  /** what is younger may be about to be recorded, ms */
  minAgeMs: number
}

export interface Orphan extends ListedObject {
  /** deletes it, unless it has come to be named meanwhile; resolves to whether it did */
  remove(): Promise<boolean>
}

export interface Orphans {
  /** what lies below one of the folders of `orphanTasks` and is named by no row */
  find(folder: string, signal: AbortSignal): AsyncIterable<Orphan>
}

/** How many names one query asks for. */
const batchSize = 200

export function createOrphans({ db, stores, minAgeMs }: Deps): Orphans {
  /** Those of an image that is known are no orphans though no row names them: the next run over it takes them up. */
  async function unnamedVariants(objects: readonly ListedObject[]): Promise<ListedObject[]> {
    const hashes = new Map(objects.map((object) => [object.key, sourceHash(object.key)]))
    const wanted = [...new Set(hashes.values())].filter((hash) => hash !== null)
    const known = await db.image.findMany({
      where: { OR: wanted.map((hash) => ({ sha256: { gte: hash, lt: `${hash}g` } })) },
      select: { sha256: true },
    })
    const alive = new Set(known.map(({ sha256 }) => sha256.slice(0, hashLength)))
    return objects.filter(({ key }) => {
      const hash = hashes.get(key) ?? null
      // other programs may keep things in the same bucket
      return hash !== null && !alive.has(hash)
    })
  }

  async function unnamedPictures(listed: readonly ListedObject[]): Promise<ListedObject[]> {
    const objects = listed.filter(({ key }) => parsePictureKey(key) !== null)
    const named = await db.artistPicture.findMany({
      where: { key: { in: objects.map(({ key }) => key) } },
      select: { key: true },
    })
    const keys = new Set(named.map(({ key }) => key))
    return objects.filter(({ key }) => !keys.has(key))
  }

  async function unnamedOriginals(listed: readonly ListedObject[]): Promise<ListedObject[]> {
    const objects = listed.filter(({ key }) => isOriginalKey(key))
    const named = await db.image.findMany({
      where: { originalKey: { in: objects.map(({ key }) => key) } },
      select: { originalKey: true },
    })
    const keys = new Set(named.map(({ originalKey }) => originalKey))
    return objects.filter(({ key }) => !keys.has(key))
  }

  const unnamedIn: Readonly<Record<string, typeof unnamedVariants>> = {
    [originalsFolder]: unnamedOriginals,
    [picturesFolder]: unnamedPictures,
  }

  return {
    async *find(folder, signal) {
      const store = folder === originalsFolder ? stores.originals : stores.variants
      const unnamed = unnamedIn[folder] ?? unnamedVariants
      for await (const batch of batches(store.list(folder, signal), minAgeMs)) {
        for (const orphan of await unnamed(batch)) {
          signal.throwIfAborted()
          const remove = async () => {
            const [still] = await unnamed([orphan])
            if (still) await store.delete(orphan.key)
            return still !== undefined
          }
          yield { ...orphan, remove }
        }
      }
    },
  }
}

const hashLength = 32

/** The first half of the SHA-256 of the original that a variant was made of: its key begins with it. */
function sourceHash(key: string): string | null {
  return /^(?:variants|images)\/([0-9a-f]{32})-/.exec(key)?.[1] ?? null
}

async function* batches(objects: AsyncIterable<ListedObject>, minAgeMs: number): AsyncGenerator<ListedObject[]> {
  const before = Date.now() - minAgeMs
  let batch: ListedObject[] = []
  for await (const object of objects) {
    if (object.modifiedAt.getTime() > before) continue
    batch.push(object)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

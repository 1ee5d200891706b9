import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { StorageUnavailableError } from '../errors.ts'
import type { ArtistPicture, Image } from '../generated/sqlite/client.ts'
import type { Db } from './db/open-db.ts'
import type { ObjectStore } from './storage/object-store.ts'
import type { Finding } from './tasks.ts'

export interface StorageCheck {
  /**
   * How what lies in storage differs from what the rows say of an image; none when it is whole. Throws
   * StorageUnavailableError where not one of several objects is there: then it is the wrong disk or bucket.
   */
  examine(image: Image, signal: AbortSignal): Promise<Finding[]>
}

interface Deps {
  db: Db
  stores: { variants: ObjectStore; originals: ObjectStore }
}

type Difference = 'missing' | { text: string } | null

interface Expected {
  byteSize: number
  sha256: string
}

export function createStorageCheck({ db, stores }: Deps): StorageCheck {
  return {
    async examine(image, signal) {
      const variants = await db.variant.findMany({
        where: { set: { imageId: image.id, state: { not: 'RETIRED' }, collectingAt: null } },
      })
      const pictures = await db.artistPicture.findMany({ where: { imageId: image.id, retiredAt: null } })
      const objects = [...variants.map((variant) => ({ ...variant, variantId: variant.id })), ...pictures.map(unvaried)]
      const [original, ...others] = await Promise.all([
        compare(stores.originals, image.originalKey, image, signal),
        ...objects.map((object) => compare(stores.variants, object.key, object, signal)),
      ])
      if (others.length > 0 && [original, ...others].every((difference) => difference === 'missing')) {
        throw new StorageUnavailableError('Nothing of the image lies in storage; is it the right disk or bucket?')
      }
      const lost: Finding[] = original
        ? [{ type: 'OBJECT_BROKEN', message: `The original of ${image.filename} ${say(original)}.`, isOriginal: true }]
        : []
      const broken = objects.flatMap(({ key, variantId }, index): Finding[] => {
        const difference = others[index]
        if (!difference) return []
        return [{ type: 'OBJECT_BROKEN', message: `${key} ${say(difference)}.`, ...(variantId && { variantId }) }]
      })
      return [...lost, ...broken]
    },
  }
}

/** A copy that is made again from its variant, which need not be made for that. */
const unvaried = ({ key, byteSize, sha256 }: ArtistPicture) => ({ key, byteSize, sha256, variantId: null })

async function compare(store: ObjectStore, key: string, expected: Expected, signal: AbortSignal): Promise<Difference> {
  const object = await store.head(key, signal)
  if (!object) return 'missing'
  if (object.byteSize !== expected.byteSize) {
    return { text: `has ${object.byteSize} bytes in storage instead of ${expected.byteSize}` }
  }
  // another program may have put it there, with a copy of a whole bucket, say: then only its bytes can tell
  const sha256 = object.sha256 ?? (await hashOf(store, key, signal))
  return sha256 === expected.sha256 ? null : { text: 'has other bytes in storage than were stored' }
}

async function hashOf(store: ObjectStore, key: string, signal: AbortSignal): Promise<string | null> {
  await using file = await store.checkout(key, signal)
  if (!file) return null
  const hash = createHash('sha256')
  await pipeline(createReadStream(file.path), hash, { signal })
  return hash.digest('hex')
}

const say = (difference: Exclude<Difference, null>) =>
  difference === 'missing' ? 'is missing in storage' : difference.text

import type { Image, Variant } from '../generated/sqlite/client.ts'
import type { Db } from './db/open-db.ts'
import type { ObjectStore, StoredObject } from './storage/object-store.ts'
import type { Finding } from './tasks.ts'

export interface StorageCheck {
  /** How what lies in storage differs from what the rows say of an image; none when it is whole. */
  examine(image: Image, signal: AbortSignal): Promise<Finding[]>
}

interface Deps {
  db: Db
  stores: { variants: ObjectStore; originals: ObjectStore }
}

export function createStorageCheck({ db, stores }: Deps): StorageCheck {
  async function examineOriginal(image: Image, signal: AbortSignal): Promise<Finding[]> {
    const difference = differs(image, await stores.originals.head(image.originalKey, signal))
    return difference ? [{ type: 'OBJECT_BROKEN', message: `The original of ${image.filename} ${difference}.` }] : []
  }

  async function examineVariant(variant: Variant, signal: AbortSignal): Promise<Finding[]> {
    const difference = differs(variant, await stores.variants.head(variant.key, signal))
    return difference
      ? [{ type: 'OBJECT_BROKEN', message: `${variant.key} ${difference}.`, variantId: variant.id }]
      : []
  }

  return {
    async examine(image, signal) {
      const variants = await db.variant.findMany({
        where: { set: { imageId: image.id, state: { not: 'RETIRED' }, collectingAt: null } },
      })
      const found = await Promise.all([
        examineOriginal(image, signal),
        ...variants.map((variant) => examineVariant(variant, signal)),
      ])
      return found.flat()
    },
  }
}

function differs(expected: { byteSize: number; sha256: string }, object: StoredObject | null): string | null {
  if (!object) return 'is missing in storage'
  if (object.byteSize !== expected.byteSize) {
    return `has ${object.byteSize} bytes in storage instead of ${expected.byteSize}`
  }
  return object.sha256 === expected.sha256 ? null : 'has other bytes in storage than were stored'
}

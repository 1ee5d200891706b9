import { createHash, randomBytes } from 'node:crypto'
import { NotFoundError } from '../errors.ts'
import type { Image, Run } from '../generated/sqlite/client.ts'
import { foldForSearch } from '../venues/artist-slug.ts'
import { checkArtistName, checkVenueTag, findOrCreateArtist, place } from './artists.ts'
import type { Bell } from './bell.ts'
import type { Db, Tx } from './db/open-db.ts'
import { isUniqueViolation } from './db/sql.ts'
import { type ImageHeader, inspectImage, type Limits } from './image-header.ts'
import { checkRecipes } from './recipes.ts'
import { startImageRun } from './runs.ts'
import type { ObjectStore } from './storage/object-store.ts'
import { ensureSets, lacksUnits } from './variant-sets.ts'

export interface UploadInput {
  bytes: Uint8Array
  filename: string
  artistName: string
  venueTag: string | null
  /** null: the default recipes */
  recipes: string[] | null
}

export interface Images {
  /**
   * Takes a photo in: once this returns, the original is stored and its run survives a crash. The same bytes are the
   * same image. Throws the error of the first rule broken; then nothing is kept.
   */
  upload(input: UploadInput): Promise<{ image: Image; run: Run; duplicate: boolean }>
  /** hides the image; its variants stay until they are collected. Throws NotFoundError. */
  remove(id: string): Promise<Image>
  /** brings it back, and makes what it lacks. Throws NotFoundError. */
  restore(id: string): Promise<Image>
}

interface Deps {
  db: Db
  bell: Bell
  originals: ObjectStore
  wake: () => void
  settings: { limits: Limits; defaultRecipes: readonly string[] }
}

interface Original {
  filename: string
  header: ImageHeader
  byteSize: number
  sha256: string
  key: string
  /** the key of an original of these bytes that is gone or damaged */
  replaces: string | null
  /** it was stored just now, not found there */
  fresh: boolean
}

export function createImages({ db, bell, originals, wake, settings }: Deps): Images {
  /**
   * Image, artist, placement, sets, run, tasks and first events: all or nothing. Null when the image whose original was
   * found has been collected meanwhile, and the original with it.
   */
  function record(original: Original, checked: CheckedUpload) {
    return db.$transaction(async (tx) => {
      const known = await tx.image.findUnique({ where: { sha256: original.sha256 } })
      if (!known && !original.fresh) return null
      const image = known ? await revive(tx, known, original) : await createImage(tx, original)
      const artist = await findOrCreateArtist(tx, checked.artistName)
      await place(tx, artist.id, image.id, checked.venueTag)
      const sets = await ensureSets(tx, image.id, () => checked.recipes)
      const scope = { kind: 'UPLOAD' as const, recipes: checked.recipes }
      const run = await startImageRun(tx, scope, lacksUnits(sets) ? [image] : [])
      return { image, run, duplicate: known !== null }
    })
  }

  /** Stores the bytes under a name nobody can guess, unless the original of these bytes is there and whole. */
  async function keepOriginal(sha256: string, bytes: Uint8Array, header: ImageHeader) {
    const known = await db.image.findUnique({ where: { sha256 }, select: { originalKey: true } })
    const whole = known && (await originals.head(known.originalKey))?.sha256 === sha256
    if (whole) return { key: known.originalKey, replaces: null, fresh: false }
    const extension = header.format === 'jpeg' ? 'jpg' : header.format
    const key = `originals/${randomBytes(16).toString('hex')}.${extension}`
    const options = { contentType: header.mimeType, cacheControl: 'private', sha256, ifAbsent: true }
    await originals.put(key, bytes, options)
    return { key, replaces: known?.originalKey ?? null, fresh: true }
  }

  async function take(checked: CheckedUpload & Pick<Original, 'header' | 'sha256'>, bytes: Uint8Array) {
    const { header, sha256, filename } = checked
    const kept = await keepOriginal(sha256, bytes, header)
    const original = { ...kept, filename, header, byteSize: bytes.byteLength, sha256 }
    let used: string | null = null
    try {
      // the same new bytes twice at once: the second finds the first's row
      const result = await record(original, checked).catch((error: unknown) => {
        if (isUniqueViolation(error)) return record(original, checked)
        throw error
      })
      used = result?.image.originalKey ?? null
      return result
    } finally {
      if (kept.fresh && used !== kept.key && !(await isNamed(kept.key))) await originals.delete(kept.key)
      if (kept.replaces && used === kept.key) await originals.delete(kept.replaces)
    }
  }

  /** A commit may have been done though its answer was lost; while that cannot be known, the file stays. */
  const isNamed = (originalKey: string) =>
    db.image.count({ where: { originalKey } }).then(
      (count) => count > 0,
      () => true,
    )

  /** Deleting twice does not begin the grace period anew. */
  async function setDeleted(tx: Tx, id: string, deletedAt: Date | null): Promise<Image> {
    const where = { id, deletedAt: deletedAt ? null : { not: null } }
    const [changed] = await tx.image.updateManyAndReturn({ where, data: { deletedAt } })
    const image = changed ?? (await tx.image.findUnique({ where: { id } }))
    if (!image) throw new NotFoundError('image', id)
    return image
  }

  return {
    async upload(input) {
      const checked = checkUpload(input, settings.defaultRecipes)
      const header = await inspectImage(input.bytes, settings.limits)
      const sha256 = createHash('sha256').update(input.bytes).digest('hex')
      const taken = () => take({ ...checked, header, sha256 }, input.bytes)
      const result = (await taken()) ?? (await taken())
      if (!result) throw new Error(`The image ${sha256} is collected whenever it is found.`)
      bell.ring('image', result.image.id)
      bell.ring('run', result.run.id)
      wake()
      return result
    },
    async remove(id) {
      const image = await setDeleted(db, id, new Date())
      bell.ring('image', id)
      return image
    },
    async restore(id) {
      // what was not made when it was deleted is made now
      const image = await db.$transaction(async (tx) => {
        const restored = await setDeleted(tx, id, null)
        // without a set when they have been collected, and the image not yet
        const sets = await ensureSets(tx, id, (wanted) => (wanted.length > 0 ? wanted : settings.defaultRecipes))
        const scope = { kind: 'UPLOAD' as const, recipes: sets.map((set) => set.recipe) }
        if (lacksUnits(sets)) await startImageRun(tx, scope, [restored])
        return restored
      })
      bell.ring('image', id)
      wake()
      return image
    },
  }
}

interface CheckedUpload {
  filename: string
  artistName: string
  venueTag: string | null
  recipes: string[]
}

function checkUpload(input: UploadInput, defaultRecipes: readonly string[]): CheckedUpload {
  return {
    filename: cleanFilename(input.filename),
    artistName: checkArtistName(input.artistName, 'artistName'),
    venueTag: checkVenueTag(input.venueTag),
    recipes: checkRecipes(input.recipes ?? defaultRecipes),
  }
}

/** A name to show, never to build a path from. */
function cleanFilename(name: string): string {
  const [base = ''] = name.split(/[\\/]/).slice(-1)
  const clean = base
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, 200)
  return clean === '' ? 'unnamed' : clean
}

function createImage(tx: Tx, { header, key, filename, byteSize, sha256 }: Original): Promise<Image> {
  return tx.image.create({
    data: {
      ...header,
      sha256,
      filename,
      byteSize,
      originalKey: key,
      searchKey: foldForSearch(filename),
      source: 'UPLOAD',
      warnings: [],
    },
  })
}

/** Sent again, a deleted image is back, and a lost original is replaced. */
async function revive(tx: Tx, image: Image, { key, replaces }: Original): Promise<Image> {
  const originalKey = image.originalKey === replaces ? key : image.originalKey
  if (!image.deletedAt && image.originalKey === originalKey) return image
  return tx.image.update({ where: { id: image.id }, data: { deletedAt: null, originalKey } })
}

import { InvalidInputError, NotFoundError } from '../errors.ts'
import type { Image, Run } from '../generated/sqlite/client.ts'
import { picturesAreDue, showing } from './artists.ts'
import type { Asker } from './asker.ts'
import type { Bell } from './bell.ts'
import type { Db, Tx } from './db/open-db.ts'
import { type Intake, lackingImages } from './intake.ts'
import { checkDetails, type DetailsInput } from './picture-details.ts'
import { startImageRun } from './runs.ts'
import { ensureSets } from './variant-sets.ts'

export interface UploadInput extends DetailsInput {
  bytes: Uint8Array
}

export interface Images {
  /**
   * Takes a photo in: once this returns, the original is stored and its run survives a crash. The same bytes are the
   * same image. Throws the error of the first rule broken; then nothing is kept.
   */
  upload(input: UploadInput, by: Asker): Promise<{ image: Image; run: Run; duplicate: boolean }>
  /** hides the image; its variants stay until they are collected. Throws NotFoundError. */
  remove(id: string): Promise<Image>
  /**
   * Hides up to 1,000 images; returns how many of them were there and not hidden yet. When it fails in between, some
   * are hidden, and doing it again hides the others. Throws InvalidInputError.
   */
  removeAll(ids: readonly string[]): Promise<number>
  /** brings it back, and makes what it lacks. Throws NotFoundError. */
  restore(id: string, by: Asker): Promise<Image>
}

const maxIds = 1_000
/** Images a transaction: others write in between. */
const chunkSize = 200

interface Deps {
  db: Db
  bell: Bell
  intake: Intake
  wake: () => void
  defaultRecipes: readonly string[]
}

export function createImages({ db, bell, intake, wake, defaultRecipes }: Deps): Images {
  /** Deleting twice does not begin the grace period anew. */
  async function setDeleted(tx: Tx, id: string, deletedAt: Date | null): Promise<Image> {
    const where = { id, deletedAt: deletedAt ? null : { not: null } }
    const [changed] = await tx.image.updateManyAndReturn({ where, data: { deletedAt } })
    const image = changed ?? (await tx.image.findUnique({ where: { id } }))
    if (!image) throw new NotFoundError('image', id)
    if (changed) await picturesAreDue(tx, showing(id))
    return image
  }

  /** Returns the ids of those that were not hidden yet. */
  async function hide(tx: Tx, ids: string[]): Promise<string[]> {
    const hidden = await tx.image.updateManyAndReturn({
      where: { id: { in: ids }, deletedAt: null },
      data: { deletedAt: new Date() },
      select: { id: true },
    })
    const hiddenIds = hidden.map(({ id }) => id)
    if (hiddenIds.length > 0) await picturesAreDue(tx, showing(...hiddenIds))
    return hiddenIds
  }

  return {
    async upload({ bytes, ...input }, by) {
      const details = checkDetails(input, defaultRecipes)
      const source = { kind: 'UPLOAD' as const, url: null, etag: null }
      const picture = { ...details, source, load: async () => bytes }
      const result = await intake.receive([picture], async (tx, received) => {
        const imageIds = received.map(({ image }) => image.id)
        const scope = { kind: 'UPLOAD' as const, recipes: details.recipes, imageIds }
        const run = await startImageRun(tx, scope, lackingImages(received), by)
        return received.map(({ image, duplicate }) => ({ image, run, duplicate }))
      })
      const [uploaded] = result
      if (!uploaded) throw new Error('One picture was given, and none came back.')
      bell.ring('image', uploaded.image.id)
      bell.ring('run', uploaded.run.id)
      wake()
      return uploaded
    },
    async remove(id) {
      const image = await db.$transaction((tx) => setDeleted(tx, id, new Date()))
      wake()
      bell.ring('image', id)
      return image
    },
    async removeAll(ids) {
      if (ids.length === 0 || ids.length > maxIds) {
        throw new InvalidInputError('ids', `Name from 1 to ${maxIds} images.`)
      }
      const all = [...new Set(ids)]
      let count = 0
      for (let at = 0; at < all.length; at += chunkSize) {
        const hidden = await db.$transaction((tx) => hide(tx, all.slice(at, at + chunkSize)))
        for (const id of hidden) bell.ring('image', id)
        count += hidden.length
      }
      wake()
      return count
    },
    async restore(id, by) {
      // what was not made when it was deleted is made now
      const { image, run } = await db.$transaction(async (tx) => {
        const restored = await setDeleted(tx, id, null)
        // without a set when they have been collected, and the image not yet
        const sets = await ensureSets(tx, id, (wanted) => (wanted.length > 0 ? wanted : defaultRecipes))
        const scope = { kind: 'UPLOAD' as const, recipes: sets.map((set) => set.recipe) }
        const lacking = lackingImages([{ image: restored, sets }])
        return { image: restored, run: lacking.length > 0 ? await startImageRun(tx, scope, lacking, by) : null }
      })
      bell.ring('image', id)
      if (run) bell.ring('run', run.id)
      wake()
      return image
    },
  }
}

import { setMaxListeners } from 'node:events'
import { CorruptImageError } from '../errors.ts'
import type { Image } from '../generated/sqlite/client.ts'
import { createCheckpoints } from './checkpoints.ts'
import type { ImageClaim } from './claims.ts'
import type { ImageHost, OpenImage } from './image-host.ts'
import { hashedCacheControl } from './public-urls.ts'
import { findRecipe } from './recipes.ts'
import { onlyTells, type RunScope, recipesFor, verifiesStorage } from './run-scope.ts'
import type { ShowImage } from './show-image.ts'
import { pictureRecipe } from './showable.ts'
import type { Stages } from './stages.ts'
import type { LocalFile, ObjectStore } from './storage/object-store.ts'
import type { StorageCheck } from './storage-check.ts'
import type { Finding, Tasks } from './tasks.ts'
import { planUnits, type Unit, workingSize } from './units.ts'
import { missingUnits, type StoredVariant } from './variant-sets.ts'
import type { Job } from './work-on-task.ts'

interface Deps {
  tasks: Tasks
  host: ImageHost
  stores: { variants: ObjectStore; originals: ObjectStore }
  check: StorageCheck
  show: ShowImage
  settings: { defaultRecipes: readonly string[]; maxPixels: number }
}

/** The job that takes one claimed image from its original to stored, recorded variants. */
export function createProcessImage({ tasks, host, stores, check, show, settings }: Deps): Job<ImageClaim> {
  const { defaultRecipes, maxPixels } = settings

  async function work(claim: ImageClaim, signal: AbortSignal, stages: Stages): Promise<void> {
    const { image, scope } = claim
    const findings = verifiesStorage(scope) ? await stages.run('VALIDATE', () => check.examine(image, signal)) : []
    if (findings.length > 0) await tasks.report(claim, mendable(scope, findings))
    if (onlyTells(scope)) {
      const whole = `${claim.subject} is whole in storage.`
      return findings.length > 0 ? tasks.succeed(claim) : tasks.skip(claim, whole)
    }
    // of what is not the photo that was sent, nothing may be made
    if (findings.some(({ isOriginal }) => isOriginal)) {
      return stages.run('FETCH', () => Promise.reject(new CorruptImageError(lostOriginal(image))))
    }
    await makeMissing(claim, signal, stages)
  }

  async function makeMissing(claim: ImageClaim, signal: AbortSignal, stages: Stages): Promise<void> {
    const { image, scope } = claim
    let recipes: string[] = []
    const sets = await tasks.prepare(claim, (wanted) => {
      const asked = recipesFor(scope, wanted, defaultRecipes)
      recipes = [...new Set([...wanted, ...asked])]
      return asked
    })
    const missing = sets.flatMap((set) => missingUnits(set).map((unit) => ({ set, unit })))
    const reason = sets.length === 0 ? 'was deleted meanwhile' : 'has everything already'
    if (missing.length === 0) {
      const shows = await stages.run('PERSIST', () => show(claim, signal))
      return shows ? tasks.succeed(claim) : tasks.skip(claim, `${claim.subject} ${reason}.`)
    }

    await using original = await stages.run('FETCH', () => fetchOriginal(image, signal))
    const source = { width: image.width, height: image.height }
    // of all that is wanted of the image and not only of what is missing: what a unit is made from decides its bytes,
    // and made again it must be the same
    const units = recipes.flatMap((recipe) => planUnits(findRecipe(recipe), image))
    const working = workingSize(source, units)
    const { path } = original
    const about = { frames: image.frames, lane: claim.lane, alone: claim.suspect }
    const request = { ...about, path, source, working, maxPixels }
    await using opened = await stages.run('DECODE', () => host.open(request, signal))
    using checkpoints = createCheckpoints((progress) => tasks.record(claim, progress))
    await checkpoints.add({ facts: opened.facts }, false)
    const share = 1 / missing.length
    // to be seen at once
    let urgent = image.usableAt === null
    try {
      await allOrFirstError(signal, missing, async ({ set, unit }, unitSignal) => {
        const variant = await makeVariant(claim, unit, opened, unitSignal, stages)
        const isFirst = urgent
        urgent = false
        await stages.run('PERSIST', () => checkpoints.add({ variants: [{ set, variant, share }] }, isFirst))
      })
    } catch (error) {
      // what is stored need not be made again; why the task has failed is the first error
      await checkpoints.flush().catch(() => {})
      throw error
    }
    if (recipes.includes(pictureRecipe.name)) {
      await checkpoints.flush()
      await stages.run('PERSIST', () => show(claim, signal))
    }
    await tasks.succeed(claim, await checkpoints.take())
  }

  async function fetchOriginal({ originalKey, filename }: Image, signal: AbortSignal): Promise<LocalFile> {
    const original = await stores.originals.checkout(originalKey, signal)
    if (!original) throw new CorruptImageError(lostOriginal({ filename }))
    return original
  }

  async function makeVariant(
    claim: ImageClaim,
    unit: Unit,
    opened: OpenImage,
    signal: AbortSignal,
    stages: Stages,
  ): Promise<StoredVariant> {
    const encoded = await stages.run('ENCODE', () => opened.encode(unit, signal), unit)
    const { name, format, mimeType, key, width, height } = unit
    const store = async () => {
      const check = () => tasks.check(claim)
      return putOnce(stores.variants, key, encoded, { contentType: mimeType, signal, check })
    }
    const object = await stages.run('STORE', store, unit)
    return { name, format, mimeType, width, height, key, encoder: await host.encoder(), ...object }
  }

  return work
}

const lostOriginal = ({ filename }: Pick<Image, 'filename'>) =>
  `The original of ${filename} is gone from storage or damaged; send the photo again.`

/** When nothing is to be mended, what is broken stays on record. */
function mendable(scope: RunScope, findings: readonly Finding[]): Finding[] {
  return findings.map(({ type, message, ...found }) => ({ type, message, ...(!onlyTells(scope) && found) }))
}

interface PutOnce {
  contentType: string
  signal: AbortSignal
  /** throws when the task is no longer ours; asked before each PUT */
  check: () => Promise<void>
}

/**
 * Puts under a hashed key. The same bytes there already are as good; others are written over, since no row vouches for
 * them: they may be what is left of a damaged object.
 */
async function putOnce(
  store: ObjectStore,
  key: string,
  { bytes, sha256 }: { bytes: Uint8Array; sha256: string },
  { contentType, signal, check }: PutOnce,
): Promise<{ byteSize: number; sha256: string }> {
  const options = { contentType, cacheControl: hashedCacheControl, sha256, signal }
  const ours = { byteSize: bytes.byteLength, sha256 }
  await check()
  if ((await store.put(key, bytes, { ...options, ifAbsent: true })) === 'stored') return ours
  const there = await store.head(key, signal)
  if (there?.sha256 === sha256) return ours
  await check()
  await store.put(key, bytes, { ...options, ifAbsent: false })
  return ours
}

/** Another unit of the image has failed. A reason of its own: nobody may take it for what happened to this one. */
class SiblingFailedError extends Error {
  override readonly name = 'SiblingFailedError'
}

/** Runs all at once; the first error stops those not begun, and is thrown when none is under way any more. */
async function allOrFirstError<T>(
  signal: AbortSignal,
  items: readonly T[],
  run: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  // each unit listens while it is being made
  setMaxListeners(0, either)
  const errors: unknown[] = []
  const runOne = (item: T) =>
    run(item, either).catch((error: unknown) => {
      errors.push(error)
      failed.abort(new SiblingFailedError('Another unit of the image has failed.'))
    })
  await Promise.all(items.map(runOne))
  signal.throwIfAborted()
  if (errors.length > 0) throw errors[0]
}

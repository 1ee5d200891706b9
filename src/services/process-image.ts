import { setMaxListeners } from 'node:events'
import { CorruptImageError } from '../errors.ts'
import type { Image, TaskStage, Variant } from '../generated/sqlite/client.ts'
import type { Claim } from './claims.ts'
import type { ImageHost, OpenImage } from './image-host.ts'
import { hashedCacheControl } from './public-urls.ts'
import { recipesFor, verifiesStorage } from './run-scope.ts'
import type { SettleTask } from './settle-task.ts'
import type { LocalFile, ObjectStore, StoredObject } from './storage/object-store.ts'
import type { Tasks } from './tasks.ts'
import { type Unit, workingSize } from './units.ts'
import { missingUnits, type WantedSet } from './variant-sets.ts'

interface Deps {
  tasks: Tasks
  host: ImageHost
  stores: { variants: ObjectStore; originals: ObjectStore }
  settings: { defaultRecipes: readonly string[]; maxPixels: number; settle: SettleTask }
}

/** The job: takes one claimed image from its original to stored, recorded variants. Never throws. */
export type ProcessImage = (claim: Claim, signal: AbortSignal) => Promise<void>

export function createProcessImage({ tasks, host, stores, settings }: Deps): ProcessImage {
  const { defaultRecipes, maxPixels, settle } = settings

  async function work(claim: Claim, signal: AbortSignal, stages: Stages): Promise<void> {
    const { image, scope } = claim
    const sets = await tasks.prepare(claim, (wanted) => recipesFor(scope, wanted, defaultRecipes))
    if (verifiesStorage(scope)) for (const set of sets) await forgetBroken(claim, set)
    const missing = sets.flatMap((set) => missingUnits(set).map((unit) => ({ set, unit })))
    const reason = sets.length === 0 ? 'was deleted meanwhile' : 'has everything already'
    if (missing.length === 0) return tasks.skip(claim, `${image.filename} ${reason}.`)

    await using original = await stages.run('FETCH', () => fetchOriginal(image))
    const source = { width: image.width, height: image.height }
    const units = missing.map(({ unit }) => unit)
    const working = workingSize(source, units)
    const { path } = original
    const request = { path, source, frames: image.frames, working, maxPixels, alone: claim.suspect }
    await using opened = await stages.run('DECODE', () => host.open(request, signal))
    await tasks.decoded(claim, opened.facts)
    const share = 1 / missing.length
    await allOrFirstError(signal, missing, ({ set, unit }, unitSignal) =>
      makeVariant({ claim, set, unit, share }, opened, unitSignal, stages),
    )
    await tasks.succeed(claim, stages.durations)
  }

  async function fetchOriginal({ originalKey, filename }: Image): Promise<LocalFile> {
    const original = await stores.originals.checkout(originalKey)
    if (!original) throw new CorruptImageError(`The original of ${filename} is gone from storage.`)
    return original
  }

  async function makeVariant(
    { claim, set, unit, share }: { claim: Claim; set: WantedSet; unit: Unit; share: number },
    opened: OpenImage,
    signal: AbortSignal,
    stages: Stages,
  ): Promise<void> {
    const encoded = await stages.run('ENCODE', () => opened.encode(unit, signal))
    const { name, format, mimeType, key, width, height } = unit
    const object = await stages.run('STORE', async () => {
      const check = () => tasks.check(claim)
      return putOnce(stores.variants, key, encoded, { contentType: mimeType, signal, check })
    })
    const encoder = await host.encoder()
    const variant = { name, format, mimeType, width, height, key, encoder, ...object }
    await stages.run('PERSIST', () => tasks.checkpoint(claim, set, variant, share))
  }

  /**
   * Takes out variants whose object is gone or is something else than the row says. What is wrong in storage is not
   * deleted but written over, since by then it might be another worker's.
   */
  async function forgetBroken(claim: Claim, set: WantedSet): Promise<void> {
    const checked = await Promise.all(
      set.variants.map(async (variant) => ({ variant, object: await stores.variants.head(variant.key) })),
    )
    const broken = checked.filter(({ variant, object }) => !isSame(variant, object))
    if (broken.length === 0) return
    const ids = broken.map(({ variant }) => variant.id)
    await tasks.forget(claim, set, ids)
    set.variants = set.variants.filter((variant) => !ids.includes(variant.id))
  }

  return async (claim, signal) => {
    const stages = createStages()
    try {
      await work(claim, signal, stages)
    } catch (error) {
      await settle(claim, error, signal, stages.failedAt ?? 'PREPARE')
    }
  }
}

const isSame = (variant: Variant, object: StoredObject | null) =>
  object?.sha256 === variant.sha256 && object.byteSize === variant.byteSize

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
  const there = await store.head(key)
  if (there?.sha256 === sha256) return ours
  await check()
  await store.put(key, bytes, { ...options, ifAbsent: false })
  return ours
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
  await Promise.allSettled(items.map((item) => run(item, either).catch((error) => failed.abort(error))))
  either.throwIfAborted()
}

type Stages = ReturnType<typeof createStages>

/** Milliseconds by stage, summed over the units that ran beside each other, and the stage of the first error. */
function createStages() {
  const stages = {
    durations: {} as Record<string, number>,
    failedAt: null as TaskStage | null,
    async run<T>(stage: TaskStage, step: () => Promise<T>): Promise<T> {
      const since = performance.now()
      try {
        return await step()
      } catch (error) {
        stages.failedAt ??= stage
        throw error
      } finally {
        stages.durations[stage] = Math.round((stages.durations[stage] ?? 0) + performance.now() - since)
      }
    },
  }
  return stages
}

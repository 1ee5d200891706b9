import path from 'node:path'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { StorageNotConfiguredError } from '../../errors.ts'
import { type Observe, observeNothing, type StoreName } from '../observations.ts'
import { createDiskStore, type DiskStore } from './disk-store.ts'
import { createGuardedStore, type GuardedStore, probeKey } from './guarded-store.ts'
import type { ObjectStore } from './object-store.ts'
import { createTimer, observeStore, type StoreTimer } from './observed-store.ts'
import type { S3Count } from './s3-statistics.ts'
import type { S3Store } from './s3-store.ts'
import type { SweepLimits } from './temp-files.ts'

export interface S3Account {
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  acl: 'public-read' | null
  /** how long one request may take, ms */
  timeoutMs: number
}

interface Options {
  /** file:FOLDER or s3://BUCKET/FOLDER */
  url: string
  originalsUrl: string
  s3: S3Account | null
  /** for objects of a bucket that are read as files; each bucket has a folder of its own in it */
  tempDir: string
  /** requests to a bucket at once */
  connections: number
  observe?: Observe
}

export interface Stores extends AsyncDisposable {
  variants: ObjectStore
  originals: ObjectStore
  /** what lies behind those, for what only one kind of storage can do */
  backends: { variants: Backend; originals: Backend }
  /** how long the storage is expected to stay away, ms; 0 while it answers */
  waitMs(): number
  /** since when it has been away; null while it answers */
  downSince(): Date | null
  /** Throws StorageNotConfiguredError when the storage refuses us; that it is away is no reason. */
  check(): Promise<void>
  /** Throws when it cannot be used now, for whatever reason. */
  probe(signal: AbortSignal): Promise<void>
  /** requests to buckets since the start, those that were repeated too */
  attempts(): (S3Count & { store: StoreName })[]
  /** as that of a disk store */
  sweepTemp(limits: SweepLimits): Promise<number>
}

export type Backend = { kind: 'disk'; store: DiskStore } | Bucket

export interface Bucket {
  kind: 's3'
  store: S3Store
  /** those of the store, under the guard that variants and originals are under */
  open: S3Store['readStream']
  head: S3Store['head']
}

type Opened = { kind: 'disk'; store: DiskStore } | { kind: 's3'; store: S3Store }

/** Who starts a run waits for the answer, so a storage that takes longer counts as away, ms. */
const probeMs = 2_000

/** Opens where variants and originals lie. */
export async function openStores({
  url,
  originalsUrl,
  s3,
  tempDir,
  connections,
  observe = observeNothing,
}: Options): Promise<Stores> {
  const resources = new AsyncDisposableStack()

  // whoever sweeps a folder must know all of it that is in use
  async function open(place: string, tempName: 'variants' | 'originals'): Promise<Opened> {
    if (place.startsWith('file:')) return { kind: 'disk', store: createDiskStore(place.slice('file:'.length)) }
    if (!s3) throw new Error(`${place} needs the account of an S3 storage.`)
    // only where it is used: the SDK would be a fifth of what a start loads
    const { createS3Store } = await import('./s3-store.ts')
    const { hostname, pathname } = new URL(place)
    const { acl, timeoutMs, ...access } = s3
    const store = createS3Store({
      ...access,
      bucket: hostname,
      prefix: pathname.replace(/^\/|\/$/g, ''),
      // never for originals: nobody but us reads them
      ...(acl && tempName === 'variants' && { acl }),
      tempDir: path.join(tempDir, tempName),
      connections,
      timeouts: { totalMs: timeoutMs },
    })
    return { kind: 's3', store: resources.use(store) }
  }

  const variants = await open(url, 'variants')
  // one store for both, unless what is put into it is not made public alike
  const originals = originalsUrl === url && !s3?.acl ? variants : await open(originalsUrl, 'originals')
  const timeVariants = createTimer(originals === variants ? 'shared' : 'variants', observe)
  const timeOriginals = originals === variants ? timeVariants : createTimer('originals', observe)
  const guardedVariants = guard(variants, timeVariants)
  const guardedOriginals = originals === variants ? guardedVariants : guard(originals, timeOriginals)
  const guarded = [...new Set([guardedVariants, guardedOriginals])]

  function attempts() {
    if (originals === variants) return attemptsOf(variants, 'shared')
    return [...attemptsOf(variants, 'variants'), ...attemptsOf(originals, 'originals')]
  }

  return {
    variants: guardedVariants,
    originals: guardedOriginals,
    backends: {
      variants: backendOf(variants, guardedVariants, timeVariants),
      originals: backendOf(originals, guardedOriginals, timeOriginals),
    },
    waitMs: () => Math.max(...guarded.map((store) => store.waitMs())),
    downSince: () => guarded.map((store) => store.downSince).find((since) => since !== null) ?? null,
    attempts,
    async probe(signal) {
      await Promise.all(guarded.map((store) => store.probe(signal)))
    },
    async check() {
      const signal = AbortSignal.timeout(probeMs)
      const looks = await Promise.allSettled(guarded.map((store) => store.head(probeKey, signal)))
      for (const look of looks) {
        if (look.status === 'rejected' && look.reason instanceof StorageNotConfiguredError) throw look.reason
      }
    },
    async sweepTemp(limits) {
      const swept = await Promise.all([...new Set([variants.store, originals.store])].map((s) => s.sweepTemp(limits)))
      return swept.reduce((sum, count) => sum + count, 0)
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Fewer failures than a task has attempts: an outage must show before it ends a task. */
const outageFailures = 3

const guard = ({ store }: Opened, time: StoreTimer) =>
  createGuardedStore(observeStore(store, time), { failures: outageFailures })

const attemptsOf = (opened: Opened, store: StoreName) =>
  opened.kind === 's3' ? opened.store.statistics().map((count) => ({ ...count, store })) : []

function backendOf(opened: Opened, guarded: GuardedStore, time: StoreTimer): Backend {
  if (opened.kind === 'disk') return opened
  const { store } = opened
  return {
    kind: 's3',
    store,
    open: (key, signal) => guarded.guard(() => time('get', () => store.readStream(key, signal)), { key, signal }),
    head: guarded.head,
  }
}

/** Whether both lie where everybody may read, so that only their names keep originals private. */
export function sharesPublicPlace(url: string, originalsUrl: string): boolean {
  if (!url.startsWith('s3:') || !originalsUrl.startsWith('s3:')) return false
  return new URL(url).hostname === new URL(originalsUrl).hostname
}

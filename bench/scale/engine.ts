import { createLog } from '../../src/log.ts'
import { createBell } from '../../src/services/bell.ts'
import { createCancellations } from '../../src/services/cancellations.ts'
import { createClaims } from '../../src/services/claims.ts'
import type { OpenDb } from '../../src/services/db/open-db.ts'
import { dialects } from '../../src/services/db/sql.ts'
import { createDispatcher } from '../../src/services/dispatcher.ts'
import type { ImageHost } from '../../src/services/image-host.ts'
import { observeNothing } from '../../src/services/observations.ts'
import { createProcessImage } from '../../src/services/process-image.ts'
import type { openFleetOnRedis } from '../../src/services/redis/open-fleet.ts'
import { createRunPlanner } from '../../src/services/run-planner.ts'
import type { ObjectStore } from '../../src/services/storage/object-store.ts'
import { createTasks } from '../../src/services/tasks.ts'
import { createWorkOnTask } from '../../src/services/work-on-task.ts'

/** longer than anything is measured: a claim that nobody ends must not be taken back */
const leaseMs = 900_000

const facts = {
  hasAlpha: false,
  warnings: [],
  thumbHash: 'HBkSHYSIeHiPiHh8eJd4eTN0EEQG',
  dominantColor: '#5a6b4c',
  perceptualHash: '8f373714acfcf4d0',
  sharpness: 812.4,
}

/** Decodes and encodes nothing, at once. */
const host: ImageHost = {
  pid: undefined,
  load: { images: 0, megapixels: 0, busyThreads: 0 },
  isReady: () => true,
  encoder: async () => 'sharp 0.35.5, libvips 8.18.7, webp 1.6.0',
  open: async () => ({
    facts,
    encode: async ({ width, height }) => ({ bytes: new Uint8Array(), sha256: '0'.repeat(64), width, height }),
    async [Symbol.asyncDispose]() {},
  }),
  async [Symbol.asyncDispose]() {},
}

/** Has every original, and takes everything. */
const store: ObjectStore = {
  put: async () => 'stored',
  head: async () => null,
  checkout: async () => ({ path: '', async [Symbol.asyncDispose]() {} }),
  async delete() {},
  async *list() {},
}

/** None of these tasks is to fail, and none is about anything but an image. */
const unexpected = async (_claim: unknown, error?: unknown) => {
  throw error ?? new Error('The task is not about an image.')
}

/**
 * What works on tasks, as `createEngine` of the service composes it, but with images and a storage that cost nothing. It
 * begins once it is given places.
 */
export function createFakeEngine(
  { db, provider }: Pick<OpenDb, 'db' | 'provider'>,
  fleet?: ReturnType<typeof openFleetOnRedis>,
) {
  const bell = fleet?.bell ?? createBell()
  const dialect = dialects[provider]
  const claims = createClaims({ db, dialect, bell, leaseMs })
  const image = createProcessImage({
    tasks: createTasks({ db, bell, leaseMs }),
    host,
    stores: { variants: store, originals: store },
    check: { examine: async () => [] },
    show: async () => false,
    settings: { defaultRecipes: ['presets'], maxPixels: 1e8 },
  })
  const jobs = {
    image,
    source: unexpected,
    orphans: unexpected,
    page: unexpected,
    picture: unexpected,
    sync: unexpected,
  }
  const planner = createRunPlanner({ db, dialect, bell })
  const cancellations = createCancellations({ db, dialect, bell })
  const dispatcher = createDispatcher({
    claims,
    openHints: fleet?.openHints({ db, dialect }) ?? null,
    work: createWorkOnTask({ jobs, settle: unexpected, observe: observeNothing }),
    chores: {
      plan: { step: planner.planChunk, everyMs: 1_000 },
      cancel: { step: async () => (await cancellations.cancelChunks()) > 0, everyMs: 250 },
      'reap leases': { step: async () => (await claims.reap()) > 0, everyMs: 5_000 },
    },
    settings: { concurrency: 0, leaseMs, log: createLog('error'), ready: () => true },
  })
  return { bell, claims, dispatcher }
}

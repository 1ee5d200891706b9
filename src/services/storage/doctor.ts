import { randomBytes } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { type Check, createProbe, type Probe, tryToDelete } from './doctor-probe.ts'
import { checkNotPublic, checkPublicUrl } from './doctor-public.ts'
import { signingChecks } from './doctor-signing.ts'
import type { ObjectStore } from './object-store.ts'
import type { Stores } from './open-stores.ts'
import { WrongAnswerError } from './wrong-answer.ts'

export type Verdict = 'ok' | 'warning' | 'failure'

export interface Diagnosis {
  /** what was tried */
  what: string
  verdict: Verdict
  /** what came of it; what to do where it did not work */
  text: string
}

export interface Patient {
  stores: Stores
  /** what public URLs begin with; `served`: by this service, when it runs */
  publicBase: { url: string; served: boolean }
  /** the web site whose pages send files to the storage */
  origin: string
  /** variants and originals lie in one bucket or folder that is public */
  sharesPublic: boolean
}

/**
 * Tries out a storage, one thing after the other; what it stores for that, it deletes, however it ends. Throws the
 * signal's reason.
 */
export async function* examineStorage(patient: Patient, signal: AbortSignal): AsyncGenerator<Diagnosis> {
  const { stores, publicBase, origin, sharesPublic } = patient
  const { variants, originals } = stores.backends
  const id = randomBytes(8).toString('hex')
  const picture = createProbe(`images/probe-${id}.webp`)
  const original = createProbe(`originals/probe-${id}.jpg`)

  yield* examineStore('variants', variants.store, picture, signal, {
    'public address': () => checkPublicUrl(publicBase, picture, signal),
  })
  yield* examineStore('originals', originals.store, original, signal, {
    private: () => checkNotPublic(publicBase.url, original, sharesPublic, signal),
    ...(originals.kind === 's3' && signingChecks(originals.store, `uploads/probe-${id}.bin`, origin, signal)),
  })
}

/** What every store has to be able to do, and `more` while a probe lies in it. Where nothing can be written, it ends. */
async function* examineStore(
  name: string,
  store: ObjectStore,
  probe: Probe,
  signal: AbortSignal,
  more: Record<string, Check>,
): AsyncGenerator<Diagnosis> {
  const checks = { ...storeChecks(store, probe, signal), ...more, delete: () => remove(store, probe) }
  let isGone = false
  try {
    for (const [what, check] of Object.entries(checks)) {
      const diagnosis = await diagnose(`${name}: ${what}`, check, signal)
      isGone = what === 'delete' && diagnosis.verdict === 'ok'
      yield diagnosis
      if (what === 'write' && diagnosis.verdict === 'failure') return
    }
  } finally {
    // after a write that failed too, whose answer alone may have been lost; what is wrong has been told by now
    if (!isGone) await tryToDelete(store, probe.key)
  }
}

const storeChecks = (store: ObjectStore, probe: Probe, signal: AbortSignal): Record<string, Check> => ({
  async write() {
    await store.put(probe.key, probe.bytes, { ...probe.options, signal })
    return 'a small object was stored'
  },
  async 'no overwriting'() {
    const outcome = await store.put(probe.key, probe.bytes, { ...probe.options, signal })
    if (outcome === 'exists') return 'a second write of the same name was refused'
    return { warning: 'The storage ignores If-None-Match: two services that make the same variant both store it.' }
  },
  async look() {
    const object = await store.head(probe.key, signal)
    if (object?.sha256 === probe.options.sha256) return 'its length and hash are known'
    throw new WrongAnswerError('The storage does not give back the metadata that was stored with the object.')
  },
  async read() {
    await using file = await store.checkout(probe.key, signal)
    if (file && (await probe.isIn(file.path))) return 'the bytes came back as they were'
    throw new WrongAnswerError('The storage gives back other bytes than were stored.')
  },
})

async function remove(store: ObjectStore, { key }: Probe): Promise<string> {
  await store.delete(key)
  if ((await store.head(key)) === null) return 'it is gone'
  throw new WrongAnswerError('The object is still there after it was deleted.')
}

async function diagnose(what: string, check: Check, signal: AbortSignal): Promise<Diagnosis> {
  signal.throwIfAborted()
  try {
    const outcome = await check()
    signal.throwIfAborted()
    if (typeof outcome === 'string') return { what, verdict: 'ok', text: outcome }
    return { what, verdict: 'warning', text: outcome.warning }
  } catch (error) {
    // what a check makes of its interruption says nothing about the storage
    signal.throwIfAborted()
    if (error instanceof AppError || error instanceof WrongAnswerError) {
      return { what, verdict: 'failure', text: error.message }
    }
    throw error
  }
}

import { addressesOf, type Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { openD1 } from '../services/d1/open-d1.ts'
import { type Diagnosis, examineStorage, type Patient, type Verdict } from '../services/storage/doctor.ts'
import { openStores, sharesPublicPlace } from '../services/storage/open-stores.ts'

const marks: Record<Verdict, string> = { ok: '✓', warning: '!', failure: '✗' }

/**
 * Tries the configured storage and Cloudflare D1 out, where one is configured, and tells each result as it comes;
 * resolves to whether nothing failed. At the signal it cleans up, and does not tell what it does not know.
 */
export async function printDiagnosis(
  config: Config,
  /** null: pages of the service itself */
  origin: string | null,
  output: NodeJS.WriteStream,
  signal: AbortSignal,
): Promise<boolean> {
  const { storage, d1 } = config
  const { url, originalsUrl, s3 } = storage
  await using stores = await openStores({ ...storage, connections: 4 })
  output.write(`variants   ${url}\noriginals  ${originalsUrl}\n`)
  const usesS3 = [url, originalsUrl].some((place) => place.startsWith('s3:'))
  if (usesS3 && s3) output.write(`endpoint   ${s3.endpoint}, region ${s3.region}\n`)
  const addresses = addressesOf(config)
  const publicBase = { url: addresses.publicBase, served: storage.publicBaseUrl === null }
  const sharesPublic = sharesPublicPlace(url, originalsUrl)
  const patient = { stores, publicBase, origin: origin ?? addresses.origin, sharesPublic }
  let failures = 0
  try {
    for await (const { what, verdict, text } of examine(patient, d1, signal)) {
      if (verdict === 'failure') failures += 1
      output.write(`${marks[verdict]} ${what}: ${text}\n`)
    }
  } catch (error) {
    if (!signal.aborted) throw error
    return false
  }
  if (signal.aborted) return false
  output.write(summarize(failures, d1.cloudflare !== null))
  return failures === 0
}

function summarize(failures: number, usesD1: boolean): string {
  if (failures === 0) return usesD1 ? 'The storage and D1 work.\n' : 'The storage works.\n'
  const pages = usesD1 ? 'docs/storage.md and docs/d1.md explain' : 'docs/storage.md explains'
  return `${failures} of the checks failed; ${pages} them.\n`
}

async function* examine(patient: Patient, d1: Config['d1'], signal: AbortSignal): AsyncGenerator<Diagnosis> {
  yield* examineStorage(patient, signal)
  // a file is made when it is needed
  if (d1.cloudflare) yield await examineD1(d1, signal)
}

/** Stores no row; a table that is not there is made. */
async function examineD1(config: Config['d1'], signal: AbortSignal): Promise<Diagnosis> {
  await using d1 = await openD1(config)
  try {
    await d1.check(signal)
    return { what: 'D1', verdict: 'ok', text: 'the table events can be read and written' }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError) return { what: 'D1', verdict: 'failure', text: error.message }
    throw error
  }
}

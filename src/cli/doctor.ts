import type { Config } from '../config.ts'
import { examineStorage, type Verdict } from '../services/storage/doctor.ts'
import { openStores, sharesPublicPlace } from '../services/storage/open-stores.ts'

const marks: Record<Verdict, string> = { ok: '✓', warning: '!', failure: '✗' }

/**
 * Tries the configured storage out and tells each result as it comes; resolves to whether nothing failed. At the signal
 * it cleans up, and does not tell what it does not know.
 */
export async function printDiagnosis(
  { storage, http }: Config,
  /** null: pages of the service itself */
  origin: string | null,
  output: NodeJS.WriteStream,
  signal: AbortSignal,
): Promise<boolean> {
  const { url, originalsUrl, s3 } = storage
  await using stores = openStores({ ...storage, connections: 4 })
  output.write(`variants   ${url}\noriginals  ${originalsUrl}\n`)
  const usesS3 = [url, originalsUrl].some((place) => place.startsWith('s3:'))
  if (usesS3 && s3) output.write(`endpoint   ${s3.endpoint}, region ${s3.region}\n`)
  const own = `http://localhost:${http.port}`
  const publicBase = { url: storage.publicBaseUrl ?? `${own}/media`, served: storage.publicBaseUrl === null }
  const sharesPublic = sharesPublicPlace(url, originalsUrl)
  const patient = { stores, publicBase, origin: origin ?? own, sharesPublic }
  let failures = 0
  try {
    for await (const { what, verdict, text } of examineStorage(patient, signal)) {
      if (verdict === 'failure') failures += 1
      output.write(`${marks[verdict]} ${what}: ${text}\n`)
    }
  } catch (error) {
    if (!signal.aborted) throw error
    return false
  }
  if (signal.aborted) return false
  output.write(
    failures === 0 ? 'The storage works.\n' : `${failures} of the checks failed; docs/storage.md explains them.\n`,
  )
  return failures === 0
}

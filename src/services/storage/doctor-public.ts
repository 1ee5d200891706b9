import type { Probe } from './doctor-probe.ts'
import { WrongAnswerError } from './wrong-answer.ts'

const answerMs = 10_000

/** Fetches as a visitor does. */
async function visit(publicBaseUrl: string, key: string, signal: AbortSignal): Promise<Response> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(answerMs)])
  return fetch(`${publicBaseUrl}/${key}`, { signal: limited, redirect: 'manual' }).catch((cause: Error) => {
    signal.throwIfAborted()
    throw new WrongAnswerError(
      `Nothing answers at ${publicBaseUrl}; check PUBLIC_BASE_URL, or start the server if it is the server's own.`,
      { cause },
    )
  })
}

/** What visitors get is what was stored. Throws WrongAnswerError. */
export async function checkPublicUrl(publicBase: { url: string; served: boolean }, probe: Probe, signal: AbortSignal) {
  const { url: publicBaseUrl, served } = publicBase
  const response = await visit(publicBaseUrl, probe.key, signal).catch((error: unknown) => {
    if (served && error instanceof WrongAnswerError) return null
    throw error
  })
  if (!response) return { warning: `${publicBaseUrl} is served by greenroom itself, which does not run now.` }
  if (response.status !== 200) throw new WrongAnswerError(refusals(publicBaseUrl, response.status))
  const bytes = Buffer.from(await response.arrayBuffer())
  if (!bytes.equals(probe.bytes)) {
    throw new WrongAnswerError(
      `${publicBaseUrl} answers with something else; does it belong to another bucket or folder?`,
    )
  }
  const contentType = response.headers.get('content-type')
  if (contentType !== probe.options.contentType) {
    return { warning: `${publicBaseUrl} serves image/webp as ${contentType}.` }
  }
  return `${publicBaseUrl} serves it`
}

function refusals(publicBaseUrl: string, status: number): string {
  if (status === 401 || status === 403) {
    return `${publicBaseUrl} answers ${status}: the bucket is not public; connect a custom domain to it, or allow public reads.`
  }
  if (status === 404) {
    return `${publicBaseUrl} answers 404: it belongs to another bucket or folder than STORAGE_URL, or has cached that there is nothing.`
  }
  return `${publicBaseUrl} answers ${status} instead of the object; check PUBLIC_BASE_URL.`
}

/** Throws WrongAnswerError when visitors can read an original whose name they know. */
export async function checkNotPublic(publicBaseUrl: string, probe: Probe, shares: boolean, signal: AbortSignal) {
  // whoever does not answer, does not tell
  const response = await visit(publicBaseUrl, probe.key, signal).catch(() => null)
  await response?.body?.cancel()
  if (response?.status !== 200) {
    return shares
      ? {
          warning:
            'Originals share the bucket of the variants; a private bucket of their own (ORIGINALS_URL) is safer.',
        }
      : 'visitors cannot read it'
  }
  const advice = 'set ORIGINALS_URL to a bucket or folder that is not public'
  if (shares) return { warning: `Whoever knew the name of an original could read it; ${advice}.` }
  throw new WrongAnswerError(`Visitors can read originals at ${publicBaseUrl}; ${advice}.`)
}

import { type Check, tryToDelete } from './doctor-probe.ts'
import type { S3Store } from './s3-store.ts'
import { WrongAnswerError } from './wrong-answer.ts'

const contentType = 'image/jpeg'
const body = Buffer.from('A probe of greenroom doctor\n')
const expiresInSeconds = 60

/** What browsers need in order to send files straight to a bucket: a signed URL, and CORS for the page's origin. */
export function signingChecks(store: S3Store, key: string, origin: string, signal: AbortSignal): Record<string, Check> {
  const sign = () => store.presignPut(key, { contentType, byteSize: body.byteLength, expiresInSeconds })
  const ask = (url: string, init: RequestInit) =>
    fetch(url, { ...init, signal }).catch((cause: Error) => {
      throw new WrongAnswerError('The storage does not answer; check S3_ENDPOINT.', { cause })
    })

  async function trySigned(): Promise<void> {
    const { url, headers } = await sign()
    const wrongType = await ask(url, { method: 'PUT', body, headers: { 'content-type': 'text/html' } })
    if (wrongType.ok) throw new WrongAnswerError('The storage lets a signed upload bring another type than was signed.')
    const response = await ask(url, { method: 'PUT', body, headers })
    if (!response.ok) {
      throw new WrongAnswerError(`The storage answers ${response.status} to a signed upload; may the key write?`)
    }
  }

  return {
    async 'signed upload'() {
      try {
        await trySigned()
      } catch (error) {
        // it may lie there all the same, be it of the wrong type; what went wrong first is what counts
        await tryToDelete(store, key)
        throw error
      }
      await store.delete(key)
      return 'a file was sent with a signed URL, and another type was refused'
    },
    async 'upload by a page (CORS)'() {
      const { url } = await sign()
      const preflight = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' }
      const response = await ask(url, { method: 'OPTIONS', headers: { origin, ...preflight } })
      const allowed = response.headers.get('access-control-allow-origin') ?? ''
      const methods = response.headers.get('access-control-allow-methods') ?? ''
      if (response.ok && ['*', origin].includes(allowed) && methods.includes('PUT')) return `${origin} may send files`
      return { warning: `${origin} may not send files to the bucket. Give it these CORS rules: ${corsRules(origin)}` }
    },
  }
}

/** As Cloudflare's dashboard takes them. */
function corsRules(origin: string): string {
  return JSON.stringify([
    {
      AllowedOrigins: [origin],
      AllowedMethods: ['PUT'],
      AllowedHeaders: ['content-type'],
      ExposeHeaders: ['ETag'],
      MaxAgeSeconds: 3600,
    },
  ])
}

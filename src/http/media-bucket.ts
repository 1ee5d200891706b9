import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import PQueue from 'p-queue'
import type { StoredObject } from '../services/storage/object-store.ts'
import type { Bucket } from '../services/storage/open-stores.ts'

/** So many objects are on their way to viewers at once; the others wait. The pipeline has connections of its own. */
const defaultPlaces = 32

export interface BucketAnswers {
  /** sets the headers that every answer with or about the object has */
  describe(response: ServerResponse, key: string): void
  refuse(response: ServerResponse, status: number): void
}

type Bytes = Pick<Bucket, 'open' | 'head'>

/**
 * Serves the objects of a bucket that nothing else serves, without ranges; one that is meant for the public has a
 * domain of its own (PUBLIC_BASE_URL). A reader who stops reading is cut off when the storage's connection falls silent.
 */
export function serveBucket(bucket: Bytes, { describe, refuse }: BucketAnswers, places = defaultPlaces) {
  const pool = new PQueue({ concurrency: places })

  function answerHead(response: ServerResponse, key: string, { byteSize, sha256 }: StoredObject): void {
    describe(response, key)
    if (sha256) response.setHeader('ETag', etagOf(sha256))
    response.setHeader('Content-Length', byteSize)
  }

  function answerUnchanged(response: ServerResponse, key: string, object: StoredObject): void {
    answerHead(response, key, object)
    for (const name of ['Content-Type', 'Content-Length']) response.removeHeader(name)
    response.writeHead(304).end()
  }

  async function send(response: ServerResponse, key: string, signal: AbortSignal): Promise<void> {
    const object = await bucket.open(key, signal)
    if (!object) return refuse(response, 404)
    answerHead(response, key, object)
    await pipeline(object.stream, response)
  }

  async function answer(request: IncomingMessage, response: ServerResponse, key: string, signal: AbortSignal) {
    const isHead = request.method === 'HEAD'
    if (!isHead && request.headers['if-none-match'] === undefined) return send(response, key, signal)
    const object = await bucket.head(key, signal)
    if (!object) return refuse(response, 404)
    if (hasIt(request, object)) return answerUnchanged(response, key, object)
    if (!isHead) return send(response, key, signal)
    answerHead(response, key, object)
    response.end()
  }

  return async (request: IncomingMessage, response: ServerResponse, key: string): Promise<void> => {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    try {
      await pool.add(() => answer(request, response, key, gone.signal), { signal: gone.signal })
    } catch {
      // whatever it is, the reader learns no more than that the storage did not answer
      refuse(response, 502)
    }
  }
}

const etagOf = (sha256: string) => `"${sha256}"`

/** Whether the reader has that version already (RFC 9110, section 13.1.2). */
function hasIt({ headers }: IncomingMessage, { sha256 }: StoredObject): boolean {
  const known = headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, '')) ?? []
  return known.includes('*') || (sha256 !== null && known.includes(etagOf(sha256)))
}

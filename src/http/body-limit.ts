import type { ServerResponse } from 'node:http'
import { Semaphore, withTimeout } from 'async-mutex'
import type { Plugin } from 'graphql-yoga'
import { hasRole, type Viewer } from '../auth/viewer.ts'
import { within } from '../services/within.ts'
import { isMultipart } from './form-errors.ts'
import { slowest } from './read-form.ts'
import { refusal } from './request-errors.ts'

interface BodyLimits {
  /** of a multipart request, which may carry a file, bytes */
  multipart: number
  /** of all multipart requests together, which are held in memory until they are answered, bytes */
  inMemory: number
  /** of every other, bytes */
  other: number
  /** how long every other may take to arrive, and a multipart request without its bytes; also how long that waits for room */
  patienceMs: number
}

/** What memory is counted in, bytes: the semaphore counts down from all that is free whenever some is given back. */
const blockBytes = 65_536

const blocksOf = (bytes: number) => Math.ceil(bytes / blockBytes)

/** How long until there may be room, s. */
const retryAfterSeconds = 10

/**
 * Refuses a request body above its limit with HTTP 413 in our own words, whether its length was announced or not. Goes
 * with Yoga's `maxRequestBodySize` of the limit for multipart requests, which stops the reading of those. Who may not
 * send files is refused before one is read.
 */
export function useBodyLimit(limits: BodyLimits, viewerOf: (request: Request) => Viewer): Plugin {
  const memory = withTimeout(new Semaphore(blocksOf(Math.max(limits.inMemory, limits.multipart))), limits.patienceMs)

  const ofFile = { maxBytes: limits.multipart, tooLarge: fileTooLarge }
  const ofOther = { maxBytes: limits.other, tooLarge: bodyTooLarge }

  /** With so much memory to itself, which it gives back when the request is answered. */
  async function readFile<T>(bytes: number, context: object, read: () => Promise<T>): Promise<T> {
    const [, release] = await memory.acquire(blocksOf(bytes)).catch(() => {
      throw noRoom()
    })
    const { res } = context as { res?: ServerResponse }
    res?.once('close', release)
    try {
      return await within(limits.patienceMs + (1_000 * bytes) / slowest, read, tooSlow)
    } finally {
      if (!res || res.closed) release()
    }
  }

  return {
    onRequestParse({ request, requestParser: parse, setRequestParser, fetchAPI, serverContext }) {
      const isForm = isMultipart(request)
      if (isForm) mustBeEditor(viewerOf(request))
      const { maxBytes, tooLarge } = isForm ? ofFile : ofOther
      const announced = Number(request.headers.get('content-length'))
      if (announced > maxBytes) throw tooLarge(maxBytes)
      if (!parse) return
      const parseFile: typeof parse = async (limited) => {
        try {
          return await readFile(announced || maxBytes, serverContext, async () => parse(limited))
        } catch (error) {
          // the multipart parser wraps what stopped its reading
          if (error instanceof Error && error.message.includes('Request body too large')) throw tooLarge(maxBytes)
          throw error
        }
      }
      const parseOther: typeof parse = async (limited) => {
        const body = await within(limits.patienceMs, () => readUpTo(limits.other, limited), tooSlow)
        const { method, headers, signal } = limited
        return parse(body ? new fetchAPI.Request(limited.url, { method, headers, signal, body }) : limited)
      }
      setRequestParser(isForm ? parseFile : parseOther)
    },
  }
}

const fileTooLarge = (maxBytes: number) =>
  refusal('IMAGE_TOO_LARGE', `The request is too large (max ${Math.floor(maxBytes / 1024 / 1024)}MB).`, { close: true })

const bodyTooLarge = (maxBytes: number) =>
  refusal(
    'REQUEST_TOO_LARGE',
    `The request is too large (max ${maxBytes / 1024} KiB; a file is sent as a part of a multipart request).`,
    { close: true },
  )

function tooSlow(): never {
  throw refusal('REQUEST_TOO_SLOW', 'The request took too long to arrive.', { close: true })
}

const noRoom = () =>
  refusal('TOO_MANY_UPLOADS', `Too many files are being sent; try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  })

function mustBeEditor({ role }: Viewer): void {
  if (hasRole(role, 'editor')) return
  const message = `A multipart request needs the role editor; the token has the role ${role}.`
  throw refusal('FORBIDDEN', message)
}

/** The whole body, or null where there is none. */
async function readUpTo(maxBytes: number, { body }: Request): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!body) return null
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return new Uint8Array(Buffer.concat(chunks))
    size += value.byteLength
    if (size > maxBytes) throw bodyTooLarge(maxBytes)
    chunks.push(value)
  }
}

import type { Plugin } from 'graphql-yoga'
import { refusal } from './request-errors.ts'

interface BodyLimits {
  /** of a multipart request, which may carry a file, bytes */
  multipart: number
  /** of every other, bytes */
  other: number
  /** how long every other may take to arrive */
  patienceMs: number
}

/**
 * Refuses a request body above its limit with HTTP 413 in our own words, whether its length was announced or not. Goes
 * with Yoga's `maxRequestBodySize` of the limit for multipart requests, which stops the reading of those.
 */
export function useBodyLimit(limits: BodyLimits): Plugin {
  return {
    onRequestParse({ request, requestParser: parse, setRequestParser, fetchAPI }) {
      const isMultipart = request.headers.get('content-type')?.startsWith('multipart/form-data') ?? false
      const maxBytes = isMultipart ? limits.multipart : limits.other
      const tooLarge = isMultipart ? fileTooLarge : bodyTooLarge
      if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
      if (!parse) return
      const parseFile: typeof parse = async (limited) => {
        try {
          return await parse(limited)
        } catch (error) {
          // the multipart parser wraps what stopped its reading
          if (error instanceof Error && error.message.includes('Request body too large')) throw tooLarge(maxBytes)
          throw error
        }
      }
      const parseOther: typeof parse = async (limited) => {
        const body = await readWithin(limited, limits)
        const { method, headers, signal } = limited
        return parse(body ? new fetchAPI.Request(limited.url, { method, headers, signal, body }) : limited)
      }
      setRequestParser(isMultipart ? parseFile : parseOther)
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

const tooSlow = () => refusal('REQUEST_TOO_SLOW', 'The request took too long to arrive.', { close: true })

/** The whole body, or null where there is none. */
async function readWithin(
  request: Request,
  { other: maxBytes, patienceMs }: BodyLimits,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!request.body) return null
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body.getReader()
  let patience: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    patience = setTimeout(() => reject(tooSlow()), patienceMs)
  })
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late])
      if (done) return new Uint8Array(Buffer.concat(chunks))
      size += value.byteLength
      if (size > maxBytes) throw bodyTooLarge(maxBytes)
      chunks.push(value)
    }
  } finally {
    clearTimeout(patience)
  }
}

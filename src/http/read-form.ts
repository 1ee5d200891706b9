import type { IncomingMessage } from 'node:http'
import { Busboy, type BusboyFileStream } from '@fastify/busboy'
import { ImageTooLargeError } from '../errors.ts'

export interface Form {
  fields: ReadonlyMap<string, string>
  /** null: the form has no file of the name asked for */
  file: { name: string; bytes: Uint8Array } | null
}

/** The body is no form of multipart/form-data. */
export class NoFormError extends Error {
  override readonly name = 'NoFormError'
}

/** The body says that it is a form, and breaks the rules of one. */
export class MalformedFormError extends Error {
  override readonly name = 'MalformedFormError'
}

/** Nobody is there any more to be answered. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError'
}

/** What a client sends of a file at least, bytes a second. */
export const slowest = 16_384

/** A request carries more than its file. */
export const overheadBytes = 1024 * 1024

const limits = { fields: 20, fieldSize: 4096, fieldNameSize: 100, parts: 30, headerPairs: 50, headerSize: 16_384 }

/**
 * Reads a form with one file, the first of that field; there is never more than one copy of it in memory. Stops reading
 * as soon as the form cannot be taken. Throws NoFormError, MalformedFormError, ImageTooLargeError, ClientGoneError.
 */
export async function readForm(request: IncomingMessage, fileField: string, maxBytes: number): Promise<Form> {
  const announced = Number(request.headers['content-length'] ?? maxBytes)
  if (announced > maxBytes + overheadBytes) throw new ImageTooLargeError(maxBytes)
  const parser = createParser(request, maxBytes)
  const fields = new Map<string, string>()
  let file: Form['file'] = null
  let hasBegun = false
  let received = 0
  try {
    await new Promise<void>((resolve, reject) => {
      parser.on('field', (name, value) => fields.set(name, value))
      parser.on('file', (name, stream, filename) => {
        stream.on('error', (cause) => reject(malformed(cause)))
        // what is cut off would look like a file of just the limit
        stream.on('limit', () => reject(new ImageTooLargeError(maxBytes)))
        if (name !== fileField || hasBegun) {
          stream.resume()
          return
        }
        hasBegun = true
        collect(stream, Math.min(maxBytes, announced), (bytes) => {
          // a part of the type application/octet-stream is a file without a name, whatever the types say
          file = { name: filename ?? '', bytes }
        })
      })
      parser.on('error', (cause) => reject(malformed(cause)))
      parser.on('finish', resolve)
      request.on('data', (chunk: Buffer) => {
        received += chunk.byteLength
        if (received > maxBytes + overheadBytes) reject(new ImageTooLargeError(maxBytes))
      })
      request.on('close', () => {
        if (!request.complete) reject(new ClientGoneError('The client went away.'))
      })
      request.pipe(parser)
    })
  } finally {
    request.unpipe(parser)
    request.removeAllListeners('data').pause()
  }
  return { fields, file }
}

function createParser({ headers }: IncomingMessage, maxBytes: number) {
  const type = headers['content-type'] ?? ''
  if (!/^multipart\/form-data\b/i.test(type)) throw new NoFormError('Send a form of the type multipart/form-data.')
  try {
    return new Busboy({ headers: { ...headers, 'content-type': type }, limits: { ...limits, fileSize: maxBytes } })
  } catch (cause) {
    throw malformed(cause)
  }
}

const malformed = (cause: unknown) =>
  new MalformedFormError(`The form cannot be read: ${(cause as Error).message}.`, { cause })

/** Into one piece of memory: pieces that are joined at the end would be there twice. */
function collect(stream: BusboyFileStream, room: number, done: (bytes: Uint8Array) => void): void {
  const memory = Buffer.allocUnsafeSlow(room)
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    size += chunk.copy(memory, size)
  })
  stream.on('end', () => done(memory.subarray(0, size)))
}

import { createHash } from 'node:crypto'
import { NotFoundError } from '../errors.ts'
import type { Upload } from '../generated/sqlite/client.ts'
import type { Db } from './db/open-db.ts'
import { createOneSender } from './one-sender.ts'
import { orAborted } from './or-aborted.ts'
import type { DiskStore } from './storage/disk-store.ts'
import {
  checkLength,
  checkNotLonger,
  checkOffset,
  checkOpen,
  checkToken,
  checkType,
  closed,
  wrongHash,
} from './transfer-rules.ts'
import { newTempKey } from './upload-rules.ts'

/** A file on its way to this service, or a part of it. */
export interface Transfer {
  token: string | null
  contentType: string | null
  /** bytes, where it is said before */
  contentLength: number | null
  body: AsyncIterable<Uint8Array>
}

/** How much of a file is here, bytes. */
export interface Received {
  offset: number
  /** of the whole file */
  length: number
}

/** Each throws NotFoundError, TransferRefusedError and StorageUnavailableError. */
export interface Transfers {
  /**
   * Takes the file of an upload in, a piece at a time; once this returns, it is on the disk and the token is used up.
   * Of several at once the first that is whole wins. When it fails, nothing is kept and the token is as good as
   * before. Throws what `body` throws, too.
   */
  receive(id: string, transfer: Transfer): Promise<void>
  /** How much has come by `append`, or all of it once it is received. Ends an `append` that goes on. */
  look(id: string, token: string | null): Promise<Received>
  /**
   * Goes on with a file where it was broken off, which `offset` has to name; what comes stays, whatever ends it. With
   * the last byte it is as `receive` leaves it; bytes that are not those announced are thrown away, all of them. Ends
   * another that goes on. Throws what `body` throws, too.
   */
  append(id: string, part: Transfer & { offset: number | null }): Promise<Received>
}

/** Of what is a part of a file, in the words of tus and of the draft for HTTP. */
const partType = 'application/offset+octet-stream'

export function createTransfers({ db, originals }: { db: Db; originals: DiskStore }): Transfers {
  const takeOver = createOneSender()

  async function mustFind(id: string, token: string | null): Promise<Upload> {
    const upload = await db.upload.findUnique({ where: { id } })
    if (!upload) throw new NotFoundError('upload', id)
    checkToken(upload, token)
    return upload
  }

  /** A file that has all its bytes is that of the upload, unless another was faster. */
  async function take(upload: Upload, tempKey: string): Promise<void> {
    const { count } = await db.upload.updateMany({
      where: { id: upload.id, tempKey: upload.tempKey, state: 'PENDING', expiresAt: { gt: new Date() } },
      data: { state: 'RECEIVED', tempKey },
    })
    if (count === 1) return
    await originals.delete(tempKey)
    const now = await db.upload.findUnique({ where: { id: upload.id } })
    throw closed(now ?? upload)
  }

  async function checkHash({ tempKey, sha256 }: Upload): Promise<void> {
    const there = sha256 === null ? null : await originals.head(tempKey)
    if (!there || there.sha256 === sha256) return
    await originals.delete(tempKey)
    throw wrongHash()
  }

  return {
    async receive(id, { token, contentType, contentLength, body }) {
      const upload = await mustFind(id, token)
      checkOpen(upload)
      checkType(contentType, upload.mimeType, 'announced')
      if (contentLength !== null) checkLength(upload, contentLength)
      // a name of its own, so that it cannot take the place of another transfer's file
      const tempKey = newTempKey()
      await originals.receive(tempKey, whole(upload, body))
      await take(upload, tempKey)
      await originals.delete(upload.tempKey)
    },
    async look(id, token) {
      await mustFind(id, token)
      return takeOver(id, async () => {
        const upload = await mustFind(id, token)
        if (upload.state !== 'PENDING') return { offset: upload.byteSize, length: upload.byteSize }
        checkOpen(upload)
        return { offset: await originals.received(upload.tempKey), length: upload.byteSize }
      })
    },
    async append(id, { token, contentType, contentLength, offset: told, body }) {
      // who has no token ends nobody's transfer
      checkOpen(await mustFind(id, token))
      checkType(contentType, partType, 'of a part')
      return takeOver(id, async (signal) => {
        const upload = await mustFind(id, token)
        checkOpen(upload)
        const offset = await originals.received(upload.tempKey)
        checkOffset(told, offset)
        checkNotLonger(upload, offset + (contentLength ?? 0))
        await originals.append(upload.tempKey, rest(upload, offset, body, signal))
        const received = { offset: await originals.received(upload.tempKey), length: upload.byteSize }
        if (received.offset < upload.byteSize) return received
        await checkHash(upload)
        await take(upload, upload.tempKey)
        return received
      })
    },
  }
}

/** The same bytes; throws as soon as they are too many, and at the end when they are not those that were announced. */
async function* whole(upload: Upload, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let sent = 0
  for await (const chunk of body) {
    sent += chunk.byteLength
    checkNotLonger(upload, sent)
    hash.update(chunk)
    yield chunk
  }
  checkLength(upload, sent)
  if (upload.sha256 !== null && hash.digest('hex') !== upload.sha256) throw wrongHash()
}

/** The same bytes behind the first `offset`; throws when they are too many, or as soon as the signal says so. */
async function* rest(
  upload: Upload,
  offset: number,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  let received = offset
  try {
    for (;;) {
      // a sender that has gone silent would never be heard to end
      const { done, value } = await orAborted(chunks.next(), signal)
      if (done) return
      received += value.byteLength
      checkNotLonger(upload, received)
      yield value
    }
  } finally {
    chunks.return?.().catch(() => {})
  }
}

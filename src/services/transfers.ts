import { createHash, timingSafeEqual } from 'node:crypto'
import { NotFoundError } from '../errors.ts'
import type { Upload } from '../generated/sqlite/client.ts'
import { TransferRefusedError } from '../transfer-errors.ts'
import type { Db } from './db/open-db.ts'
import type { DiskStore } from './storage/disk-store.ts'
import { hashToken, tokenHeader } from './storage/local-targets.ts'
import { newTempKey } from './upload-rules.ts'

/** A file on its way to this service. */
export interface Transfer {
  token: string | null
  contentType: string | null
  /** bytes, where it is said before */
  contentLength: number | null
  body: AsyncIterable<Uint8Array>
}

export interface Transfers {
  /**
   * Takes the file of an upload in, a piece at a time; once this returns, it is on the disk and the token is used up.
   * Of several at once the first that is whole wins. When it fails, nothing is kept and the token is as good as
   * before. Throws NotFoundError, TransferRefusedError, StorageUnavailableError, and what `body` throws.
   */
  receive(id: string, transfer: Transfer): Promise<void>
}

export function createTransfers({ db, originals }: { db: Db; originals: DiskStore }): Transfers {
  async function mustFind(id: string): Promise<Upload> {
    const upload = await db.upload.findUnique({ where: { id } })
    if (!upload) throw new NotFoundError('upload', id)
    return upload
  }

  return {
    async receive(id, transfer) {
      const upload = await mustFind(id)
      checkToken(upload, transfer.token)
      if (!isOpen(upload)) throw closed(upload)
      checkAnnouncement(upload, transfer)
      // a name of its own, so that it cannot take the place of another transfer's file
      const tempKey = newTempKey()
      await originals.receive(tempKey, checked(upload, transfer.body))
      const { count } = await db.upload.updateMany({
        where: { id, state: 'PENDING', expiresAt: { gt: new Date() } },
        data: { state: 'RECEIVED', tempKey },
      })
      if (count === 1) return
      await originals.delete(tempKey)
      throw closed(await mustFind(id))
    },
  }
}

function checkToken({ tokenHash }: Upload, token: string | null): void {
  if (token === null) {
    throw new TransferRefusedError('NO_TOKEN', `Send the token of this upload in the header ${tokenHeader}.`)
  }
  if (tokenHash === null || !timingSafeEqual(hashToken(token), Buffer.from(tokenHash, 'hex'))) {
    throw new TransferRefusedError('WRONG_TOKEN', 'This is not the token of this upload, or a newer one was given out.')
  }
}

const isOpen = ({ state, expiresAt }: Upload) => state === 'PENDING' && expiresAt.getTime() > Date.now()

function closed({ state }: Upload): TransferRefusedError {
  return state === 'PENDING'
    ? new TransferRefusedError('EXPIRED', 'This upload has expired; announce the file again.')
    : new TransferRefusedError('ALREADY_SENT', 'This upload has its file already.')
}

/** What the request says of itself, before anything is read. */
function checkAnnouncement(upload: Upload, { contentType, contentLength }: Transfer): void {
  const [type = ''] = contentType?.split(';') ?? []
  if (type.trim().toLowerCase() !== upload.mimeType) {
    throw new TransferRefusedError('WRONG_TYPE', `Send it with the content type announced, ${upload.mimeType}.`)
  }
  if (contentLength !== null) checkLength(upload, contentLength)
}

function checkLength({ byteSize }: Upload, sent: number): void {
  if (sent > byteSize)
    throw new TransferRefusedError('TOO_LONG', `The file has more than the ${byteSize} bytes announced.`)
  if (sent < byteSize) {
    throw new TransferRefusedError('TOO_SHORT', `The file has ${sent} of the ${byteSize} bytes announced.`)
  }
}

/** The same bytes; throws as soon as they are too many, and at the end when they are not those that were announced. */
async function* checked(upload: Upload, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let sent = 0
  for await (const chunk of body) {
    sent += chunk.byteLength
    if (sent > upload.byteSize) checkLength(upload, sent)
    hash.update(chunk)
    yield chunk
  }
  checkLength(upload, sent)
  if (upload.sha256 !== null && hash.digest('hex') !== upload.sha256) {
    throw new TransferRefusedError('WRONG_HASH', 'The bytes are not those announced: their SHA-256 is another.')
  }
}

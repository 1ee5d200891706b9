import { timingSafeEqual } from 'node:crypto'
import type { Upload } from '../generated/sqlite/client.ts'
import { TransferRefusedError } from '../transfer-errors.ts'
import { hashToken, tokenHeader } from './storage/local-targets.ts'

/** Throws TransferRefusedError, as the other rules here do. */
export function checkToken({ tokenHash }: Upload, token: string | null): void {
  if (token === null) {
    throw new TransferRefusedError('NO_TOKEN', `Send the token of this upload in the header ${tokenHeader}.`)
  }
  if (tokenHash === null || !timingSafeEqual(hashToken(token), Buffer.from(tokenHash, 'hex'))) {
    throw new TransferRefusedError('WRONG_TOKEN', 'This is not the token of this upload, or a newer one was given out.')
  }
}

export function checkOpen(upload: Upload): void {
  if (upload.state !== 'PENDING' || upload.expiresAt.getTime() <= Date.now()) throw closed(upload)
}

/** Why nothing can be sent any more. */
export function closed({ state }: Upload): TransferRefusedError {
  return state === 'PENDING'
    ? new TransferRefusedError('EXPIRED', 'This upload has expired; announce the file again.')
    : new TransferRefusedError('ALREADY_SENT', 'This upload has its file already.')
}

/** `of` says what the type is that of. */
export function checkType(contentType: string | null, wanted: string, of: string): void {
  const [type = ''] = contentType?.split(';') ?? []
  if (type.trim().toLowerCase() !== wanted) {
    throw new TransferRefusedError('WRONG_TYPE', `Send it with the content type ${of}, ${wanted}.`)
  }
}

export function checkLength(upload: Upload, sent: number): void {
  checkNotLonger(upload, sent)
  if (sent < upload.byteSize) {
    throw new TransferRefusedError('TOO_SHORT', `The file has ${sent} of the ${upload.byteSize} bytes announced.`)
  }
}

export function checkNotLonger({ byteSize }: Upload, sent: number): void {
  if (sent > byteSize)
    throw new TransferRefusedError('TOO_LONG', `The file has more than the ${byteSize} bytes announced.`)
}

export function checkOffset(told: number | null, offset: number): void {
  if (told === null) {
    throw new TransferRefusedError('NO_OFFSET', 'Say in the header Upload-Offset how many bytes there are already.')
  }
  if (told !== offset) {
    throw new TransferRefusedError('WRONG_OFFSET', `There are ${offset} bytes of it; go on from there.`, offset)
  }
}

export const wrongHash = () =>
  new TransferRefusedError('WRONG_HASH', 'The bytes are not those announced: their SHA-256 is another.')

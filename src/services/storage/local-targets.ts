import { createHash, randomBytes } from 'node:crypto'
import type { UploadTargets } from './upload-targets.ts'

/** The header that carries the token: an address is written into logs and histories, a header is not. */
export const tokenHeader = 'x-upload-token'

/** Files are sent to this service; `origin` is asked for late, since the port is known late. */
export function createLocalTargets(origin: () => string): UploadTargets {
  return {
    async create({ id, mimeType, expiresAt }) {
      const token = randomBytes(32).toString('base64url')
      return {
        url: `${origin()}/uploads/${id}`,
        method: 'PUT',
        headers: { 'content-type': mimeType, [tokenHeader]: token },
        expiresAt,
        tokenHash: hashToken(token).toString('hex'),
        resumable: true,
      }
    },
  }
}

export const hashToken = (token: string) => createHash('sha256').update(token).digest()

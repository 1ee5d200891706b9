import type { UploadTargets } from './upload-targets.ts'

/** A storage that takes a file from whoever has the address, if it has that type and length. */
export interface Presigner {
  presignPut(
    key: string,
    options: { contentType: string; byteSize: number; expiresInSeconds: number },
  ): Promise<{ url: string; headers: Record<string, string> }>
}

/** Short, since the address can be used by whoever sees it, and more than once. */
const presignedSeconds = 600

/** Files are sent to the storage itself, past this service. */
export function createPresignedTargets(storage: Presigner): UploadTargets {
  return {
    async create({ tempKey, mimeType, byteSize, expiresAt }) {
      const end = Math.min(Date.now() + presignedSeconds * 1000, expiresAt.getTime())
      const expiresInSeconds = Math.floor((end - Date.now()) / 1000)
      const options = { contentType: mimeType, byteSize, expiresInSeconds }
      const { url, headers } = await storage.presignPut(tempKey, options)
      return { url, method: 'PUT', headers, expiresAt: new Date(end), tokenHash: null, resumable: false }
    },
  }
}

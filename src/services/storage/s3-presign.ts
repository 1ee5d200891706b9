import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'

export interface PresignOptions {
  contentType: string
  byteSize: number
  expiresInSeconds: number
}

export interface PresignedPut {
  url: string
  /** to be sent as they are; the signature covers the length too, which browsers set themselves and let nobody else */
  headers: Record<string, string>
}

/** Signs type and length along with the key, so that the URL cannot bring in anything else or more. */
export async function presignPut(
  client: S3Client,
  at: { Bucket: string; Key: string },
  { contentType, byteSize, expiresInSeconds }: PresignOptions,
): Promise<PresignedPut> {
  const command = new PutObjectCommand({ ...at, ContentType: contentType, ContentLength: byteSize })
  const url = await getSignedUrl(client, command, {
    expiresIn: expiresInSeconds,
    // by itself the presigner leaves the type out of the signature
    signableHeaders: new Set(['host', 'content-type', 'content-length']),
  })
  return { url, headers: { 'content-type': contentType } }
}

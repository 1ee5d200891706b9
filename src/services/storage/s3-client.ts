import { S3Client } from '@aws-sdk/client-s3'

export interface S3Timeouts {
  /** to a TCP connection: a lost first packet is sent again after 1 s and 3 s, and may be lost twice */
  connectMs: number
  /** without a byte either way: no storage that works is silent that long, and four attempts end within 90 s */
  idleMs: number
  /** of one request with its answer, on top of the time that their bytes take on the slowest line (s3-calls) */
  totalMs: number
}

export const defaultS3Timeouts: S3Timeouts = { connectMs: 5_000, idleMs: 20_000, totalMs: 30_000 }

export interface S3Access {
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}

/** A client for any S3 storage; it tries once. Its settings are those that R2, Ceph and AWS all understand. */
export function createS3Client(
  { endpoint, region, accessKeyId, secretAccessKey }: S3Access,
  { connectMs, idleMs }: S3Timeouts,
  connections: number,
): S3Client {
  // who waits for a socket would be timed out as if the storage did not answer, so there is always one to be had;
  // the store bounds how many it uses at once
  const agent = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: connections }
  return new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    // else read from the files of the AWS command line, and neither goes with an endpoint
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    maxAttempts: 1,
    retryMode: 'standard',
    // by itself the client adds a CRC32: Ceph refuses it behind a stream, and in a presigned URL it is that of no bytes
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // a storage that never says 100 Continue, such as R2, would cost 6 s each time
    expectContinueHeader: false,
    requestHandler: { connectionTimeout: connectMs, socketTimeout: idleMs, httpAgent: agent, httpsAgent: agent },
  })
}

import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ObjectCannedACL,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { checkStorageKey, type ObjectStore, type StoredObject } from './object-store.ts'
import { createS3Call, type S3Retries } from './s3-calls.ts'
import { createS3Client, defaultS3Timeouts, type S3Access, type S3Timeouts } from './s3-client.ts'
import { bodyOf, describeObject, download } from './s3-download.ts'
import { objectsOf } from './s3-page.ts'
import { type PresignedPut, type PresignOptions, presignPut } from './s3-presign.ts'
import { createS3Statistics, type S3Count } from './s3-statistics.ts'
import { createTempFolder, type TempFolder } from './temp-files.ts'

export interface S3Options extends Omit<S3Access, 'region'> {
  bucket: string
  /** the folder of the bucket that everything lies in; default: the bucket itself */
  prefix?: string
  /** default: auto, as R2 has it */
  region?: string
  /** sent with every PUT; R2 answers 501 to any, and others have buckets that are public as a whole */
  acl?: ObjectCannedACL
  /** objects are read from files in here */
  tempDir: string
  /** requests at once: PUTs a second times the seconds that one takes; 16 carry 80 a second at 0.2 s each */
  connections?: number
  timeouts?: Partial<S3Timeouts>
  retries?: Partial<S3Retries>
}

/** An object on its way to somebody; the stream has to be read or destroyed. */
export interface ObjectStream extends StoredObject {
  stream: Readable
  contentType: string
}

export interface S3Store extends ObjectStore, AsyncDisposable {
  /** a PUT that anybody may send, also more than once, with these headers and as many bytes, until it expires */
  presignPut(key: string, options: PresignOptions): Promise<PresignedPut>
  /** the object while it arrives; null when there is none. Opening it is retried, reading it is not; nor may it pause. */
  readStream(key: string, signal?: AbortSignal): Promise<ObjectStream | null>
  /** attempts by operation and result */
  statistics(): S3Count[]
  /** as that of a disk store */
  sweepTemp: TempFolder['sweep']
}

/**
 * Objects in a bucket of R2, or of any storage that speaks S3. An aborted put is cut off at once; only if its last byte
 * had left by then, the object may appear all the same.
 */
export function createS3Store(options: S3Options): S3Store {
  const { bucket: Bucket, prefix = '', region = 'auto', acl, tempDir, connections = 16 } = options
  const timeouts = { ...defaultS3Timeouts, ...options.timeouts }
  const retries = { attempts: 4, baseMs: 200, maxWaitMs: 20_000, ...options.retries }
  const client = createS3Client({ ...options, region }, timeouts, connections)
  const statistics = createS3Statistics()
  const call = createS3Call({ connections, totalMs: timeouts.totalMs, retries, statistics })
  const folder = prefix.replace(/^\/+|\/+$/g, '')
  const root = folder === '' ? '' : `${folder}/`
  const temp = createTempFolder(tempDir)
  let bucketSeen = false

  function at(key: string) {
    return { Bucket, Key: root + checkStorageKey(key) }
  }

  async function head(key: string, signal?: AbortSignal): Promise<StoredObject | null> {
    const command = new HeadObjectCommand(at(key))
    const send = async (abortSignal: AbortSignal) => describeObject(await client.send(command, { abortSignal }))
    const object = await call('head', send, { signal, answers: { 'not-found': null } })
    if (object) bucketSeen = true
    if (object || bucketSeen) return object
    // the answer to HEAD has no body, so a bucket that is missing looks like an object that is: until the bucket has
    // been seen, GET is asked as well, which says what is missing
    const opened = await readStream(key, signal)
    opened?.stream.destroy()
    return opened && head(key, signal)
  }

  async function readStream(key: string, signal?: AbortSignal): Promise<ObjectStream | null> {
    const command = new GetObjectCommand(at(key))
    const send = async (abortSignal: AbortSignal) => {
      const answer = await client.send(command, { abortSignal })
      const facts = describeObject(answer)
      return { ...facts, stream: bodyOf(answer), contentType: answer.ContentType ?? 'application/octet-stream' }
    }
    const opened = await call('get', send, { signal, answers: { 'not-found': null } })
    bucketSeen = true
    return opened
  }

  return {
    head,
    readStream,
    async put(key, bytes, { contentType, cacheControl, sha256, ifAbsent, signal }) {
      const command = new PutObjectCommand({
        ...at(key),
        Body: bytes,
        ContentType: contentType,
        CacheControl: cacheControl,
        ContentMD5: createHash('md5').update(bytes).digest('base64'),
        Metadata: { sha256 },
        ...(ifAbsent && { IfNoneMatch: '*' }),
        ...(acl && { ACL: acl }),
      })
      const send = async (abortSignal: AbortSignal, expect: (bytes: number) => void) => {
        expect(bytes.byteLength)
        await client.send(command, { abortSignal })
        return 'stored' as const
      }
      const result = await call<'stored' | 'exists'>('put', send, {
        signal,
        answers: ifAbsent ? { exists: 'exists' } : {},
      })
      bucketSeen = true
      return result
    },
    async checkout(key, signal) {
      const command = new GetObjectCommand(at(key))
      const file = temp.reserve()
      const receive = async (abortSignal: AbortSignal, expect: (bytes: number) => void) => {
        const answer = await client.send(command, { abortSignal })
        expect(describeObject(answer).byteSize)
        await download(answer, file.path, abortSignal)
        return true
      }
      const found = await call('get', receive, { signal, answers: { 'not-found': false } }).catch(
        async (error: unknown) => {
          await file[Symbol.asyncDispose]()
          throw error
        },
      )
      if (found) return file
      await file[Symbol.asyncDispose]()
      return null
    },
    async delete(key) {
      const command = new DeleteObjectCommand(at(key))
      const send = async (abortSignal: AbortSignal) => {
        await client.send(command, { abortSignal })
        return 'gone' as const
      }
      await call('delete', send, { answers: { 'not-found': 'gone' } })
    },
    async *list(folder, signal) {
      // names as other programs give them may hold what no XML can
      const listed = { Bucket, Prefix: root + folder, EncodingType: 'url' as const }
      let ContinuationToken: string | undefined
      do {
        const command = new ListObjectsV2Command({ ...listed, ...(ContinuationToken && { ContinuationToken }) })
        const page = await call('list', (abortSignal) => client.send(command, { abortSignal }), { signal })
        yield* objectsOf(page, root)
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken)
    },
    presignPut: (key, wanted) => presignPut(client, at(key), wanted),
    statistics: () => statistics.read(),
    sweepTemp: temp.sweep,
    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }
}

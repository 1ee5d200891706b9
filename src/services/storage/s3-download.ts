import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { StoredObject } from './object-store.ts'
import { DamagedObjectError } from './s3-errors.ts'

type Answer = HeadObjectCommandOutput | GetObjectCommandOutput

/** What the headers of an answer tell of an object. */
export function describeObject({ ContentLength = 0, Metadata }: Answer): StoredObject {
  const sha256 = Metadata?.sha256 ?? ''
  return { byteSize: ContentLength, sha256: /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null }
}

/** The body as Node's stream; whoever asked must read or destroy it. */
export function bodyOf({ Body }: GetObjectCommandOutput): Readable {
  if (Body instanceof Readable) return Body
  throw new DamagedObjectError('The answer has no body.')
}

/** Writes the object into the file, over what an earlier attempt left there; throws when it is not what was stored. */
export async function download(answer: GetObjectCommandOutput, file: string, signal: AbortSignal): Promise<void> {
  const { byteSize, sha256 } = describeObject(answer)
  const hash = createHash('sha256')
  let received = 0
  await mkdir(path.dirname(file), { recursive: true })
  await pipeline(
    bodyOf(answer),
    async function* measure(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        received += chunk.byteLength
        hash.update(chunk)
        yield chunk
      }
    },
    createWriteStream(file),
    { signal },
  )
  if (received !== byteSize) throw new DamagedObjectError(`${received} of ${byteSize} bytes came.`)
  if (sha256 && hash.digest('hex') !== sha256) throw new DamagedObjectError('The bytes have another hash.')
}

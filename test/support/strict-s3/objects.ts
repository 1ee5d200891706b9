import { createHash } from 'node:crypto'
import { escapeXml, header, parameter, type S3Answer, S3Refusal, type S3Request, xml } from './protocol.ts'

export interface StrictObject {
  body: Buffer
  etag: string
  modifiedAt: Date
  /** content-type, cache-control and x-amz-meta-*, as they were sent */
  headers: Record<string, string>
}

export interface ObjectShelf {
  /** what `bucket/key` holds */
  objects: Map<string, StrictObject>
  /** which there are */
  buckets: Set<string>
  /** how often something was stored as `bucket/key` */
  puts: Map<string, number>
  /** carries out a request that is known to be genuine; `body` is the decoded one */
  handle(request: S3Request, body: Buffer): S3Answer
}

/** What R2 answers 501 to. */
const notImplemented = /^x-amz-(acl|grant-.*|tagging|object-lock-.*|server-side-encryption|website-.*)$/
const kept = /^(content-type|cache-control|content-disposition|content-language|x-amz-meta-.+)$/
const maxKeyBytes = 1024

type Methods = Record<string, (request: S3Request, body: Buffer) => S3Answer>

/** The objects of some buckets. `pageSize` is the most that one page of a list holds. */
export function createObjectShelf(names: readonly string[], pageSize: number, clock: () => number): ObjectShelf {
  const objects = new Map<string, StrictObject>()
  const buckets = new Set(names)
  const puts = new Map<string, number>()

  function put(request: S3Request, body: Buffer): S3Answer {
    const id = `${request.bucket}/${request.key}`
    const condition = header(request, 'if-none-match')
    if (condition !== '' && condition !== '*') throw new S3Refusal(501, 'NotImplemented')
    if (condition === '*' && objects.has(id)) throw new S3Refusal(412, 'PreconditionFailed')
    const etag = `"${createHash('md5').update(body).digest('hex')}"`
    const headers = Object.fromEntries(
      Object.keys(request.headers)
        .filter((name) => kept.test(name))
        .map((name) => [name, header(request, name)]),
    )
    objects.set(id, { body, etag, modifiedAt: new Date(clock()), headers })
    puts.set(id, (puts.get(id) ?? 0) + 1)
    return { status: 200, headers: { etag } }
  }

  function get(request: S3Request): S3Answer {
    const object = objects.get(`${request.bucket}/${request.key}`)
    if (!object) throw new S3Refusal(404, 'NoSuchKey')
    const { body, etag, modifiedAt } = object
    const headers = { ...object.headers, etag, 'last-modified': modifiedAt.toUTCString(), 'accept-ranges': 'bytes' }
    const range = /^bytes=(\d+)-(\d*)$/.exec(header(request, 'range'))
    if (!range) return { status: 200, headers, body }
    const first = Number(range[1])
    const last = Math.min(range[2] ? Number(range[2]) : Number.POSITIVE_INFINITY, body.length - 1)
    if (first > last) throw new S3Refusal(416, 'InvalidRange')
    const contentRange = { 'content-range': `bytes ${first}-${last}/${body.length}` }
    return { status: 206, headers: { ...headers, ...contentRange }, body: body.subarray(first, last + 1) }
  }

  function list(request: S3Request): S3Answer {
    const { bucket } = request
    const asked = (name: string) => parameter(request, name)
    if (asked('list-type') !== '2' || asked('delimiter') !== null) throw new S3Refusal(501, 'NotImplemented')
    const after = decodeToken(asked('continuation-token')) ?? asked('start-after') ?? ''
    const prefix = asked('prefix') ?? ''
    const most = Math.min(Number(asked('max-keys') ?? pageSize), pageSize)
    const keys = [...objects.keys()]
      .filter((id) => id.startsWith(`${bucket}/${prefix}`))
      .map((id) => id.slice(bucket.length + 1))
      .filter((key) => key > after)
      .sort()
    const page = keys.slice(0, most)
    const isEncoded = asked('encoding-type') === 'url'
    const write = isEncoded ? encodeURIComponent : escapeXml
    const contents = page.map((key) => describe(write(key), objects.get(`${bucket}/${key}`)))
    const isTruncated = page.length < keys.length
    const token = Buffer.from(page.at(-1) ?? '').toString('base64url')
    const next = isTruncated ? `<NextContinuationToken>${token}</NextContinuationToken>` : ''
    const facts = `<Name>${bucket}</Name><Prefix>${write(prefix)}</Prefix><KeyCount>${page.length}</KeyCount>`
    const more = `${encodingType(isEncoded)}<MaxKeys>${most}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>${next}`
    return xml(200, `<ListBucketResult>${facts}${more}${contents.join('')}</ListBucketResult>`)
  }

  function remove({ bucket, key }: S3Request): S3Answer {
    objects.delete(`${bucket}/${key}`)
    return { status: 204 }
  }

  const aboutBucket: Methods = { HEAD: () => ({ status: 200 }), GET: list }
  const aboutObject: Methods = { PUT: put, GET: get, HEAD: get, DELETE: remove }

  function handle(request: S3Request, body: Buffer): S3Answer {
    const { method, bucket, key } = request
    const foreign = Object.keys(request.headers).find((name) => notImplemented.test(name))
    if (foreign) throw new S3Refusal(501, 'NotImplemented', `Header '${foreign}' is not implemented.`)
    if (!buckets.has(bucket)) throw new S3Refusal(404, 'NoSuchBucket')
    if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Refusal(400, 'KeyTooLongError')
    const carryOut = (key === '' ? aboutBucket : aboutObject)[method]
    if (!carryOut) throw new S3Refusal(501, 'NotImplemented')
    return carryOut(request, body)
  }

  return { objects, buckets, puts, handle }
}

const decodeToken = (token: string | null) => (token === null ? null : Buffer.from(token, 'base64url').toString())

const encodingType = (isEncoded: boolean) => (isEncoded ? '<EncodingType>url</EncodingType>' : '')

function describe(name: string, object: StrictObject | undefined): string {
  if (!object) return ''
  const { body, etag, modifiedAt } = object
  const facts = `<LastModified>${modifiedAt.toISOString()}</LastModified><ETag>${escapeXml(etag)}</ETag>`
  return `<Contents><Key>${name}</Key>${facts}<Size>${body.length}</Size></Contents>`
}

import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { header, S3Refusal, type S3Request } from './protocol.ts'

const digest = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest('base64')

/** The checksums a request may carry, by their header. */
const checksums: Record<string, (bytes: Buffer) => string> = {
  'content-md5': (bytes) => digest('md5', bytes),
  'x-amz-checksum-sha1': (bytes) => digest('sha1', bytes),
  'x-amz-checksum-sha256': (bytes) => digest('sha256', bytes),
  'x-amz-checksum-crc32': (bytes) => {
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(bytes))
    return sum.toString('base64')
  },
}

/** The object in the body, proven to be what the sender declared under its signature; refuses it otherwise. */
export function verifyBody(request: S3Request, payloadHash: string): Buffer {
  if (payloadHash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return verifyChunks(request)
  if (payloadHash !== 'UNSIGNED-PAYLOAD') {
    if (!/^[0-9a-f]{64}$/.test(payloadHash))
      throw new S3Refusal(501, 'NotImplemented', `Not implemented: ${payloadHash}`)
    const actual = createHash('sha256').update(request.body).digest('hex')
    if (actual !== payloadHash) throw new S3Refusal(400, 'XAmzContentSHA256Mismatch')
  }
  const declared = Object.keys(request.headers).filter(isChecksum)
  // as R2: more than one is an error
  if (declared.length > 1) throw new S3Refusal(400, 'InvalidRequest', 'Only one checksum can be given.')
  for (const name of declared) verifyChecksum(name, header(request, name), request.body)
  return request.body
}

const isChecksum = (name: string) =>
  name === 'content-md5' || /^x-amz-checksum-(?!algorithm|mode|type)[a-z0-9]+$/.test(name)

function verifyChecksum(name: string, value: string, bytes: Buffer): void {
  const compute = checksums[name]
  if (!compute) throw new S3Refusal(501, 'NotImplemented', `Not implemented: ${name}`)
  if (compute(bytes) !== value) throw new S3Refusal(400, 'BadDigest', `${name} does not match.`)
}

/** Takes apart `size CRLF bytes CRLF ... 0 CRLF trailers`, with a checksum as the trailer. */
function verifyChunks(request: S3Request): Buffer {
  const { body } = request
  const chunks: Buffer[] = []
  let at = 0
  for (let size = -1; size !== 0; ) {
    const end = body.indexOf('\r\n', at)
    size = end < 0 ? Number.NaN : Number.parseInt(body.toString('latin1', at, end), 16)
    if (!(size >= 0) || end + 2 + size > body.length) throw new S3Refusal(400, 'IncompleteBody')
    chunks.push(body.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + (size > 0 ? 2 : 0)
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.length !== Number(header(request, 'x-amz-decoded-content-length'))) {
    throw new S3Refusal(400, 'IncompleteBody')
  }
  const [name = '', value = ''] = body.toString('latin1', at).trim().split(/:\s*/)
  if (name === '' || name !== header(request, 'x-amz-trailer')) throw new S3Refusal(400, 'MalformedTrailerError')
  verifyChecksum(name, value, bytes)
  return bytes
}

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { encode, header, parameter, S3Refusal, type S3Request } from './protocol.ts'

export interface Verifier {
  accessKeyId: string
  secretAccessKey: string
  region: string
  /** now, ms */
  clock: () => number
}

interface Claim {
  credential: string
  signedHeaders: readonly string[]
  signature: string
  /** as in 20260102T030405Z */
  date: string
  payloadHash: string
  /** of a presigned URL, s; null for a signature in the header */
  expiresIn: number | null
}

const maxSkewMs = 15 * 60_000
const maxExpirySeconds = 7 * 24 * 3600

/** Whether anybody claims to have signed this. */
export function isSigned(request: S3Request): boolean {
  return header(request, 'authorization') !== '' || parameter(request, 'X-Amz-Signature') !== null
}

/** Rebuilds the signature (AWS Signature Version 4) from what arrived; returns what the sender says of the body. */
export function verifySignature(request: S3Request, verifier: Verifier): string {
  const claim = parameter(request, 'X-Amz-Signature') === null ? headerClaim(request) : queryClaim(request)
  const [accessKeyId, day = '', region = '', service, end] = claim.credential.split('/')
  if (accessKeyId !== verifier.accessKeyId) throw new S3Refusal(403, 'InvalidAccessKeyId')
  if (service !== 's3' || end !== 'aws4_request' || region !== verifier.region || !claim.date.startsWith(day)) {
    throw new S3Refusal(400, 'AuthorizationHeaderMalformed', `The region must be ${verifier.region}.`)
  }
  checkTime(claim, verifier.clock())
  checkCoverage(request, claim)
  const scope = `${day}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', claim.date, scope, sha256(canonicalRequest(request, claim))].join('\n')
  const signingKey = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (key, part) => hmac(key, part),
    `AWS4${verifier.secretAccessKey}`,
  )
  const wanted = hmac(signingKey, toSign)
  const given = Buffer.from(claim.signature, 'hex')
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new S3Refusal(403, 'SignatureDoesNotMatch')
  }
  return claim.payloadHash
}

function headerClaim(request: S3Request): Claim {
  const authorization = header(request, 'authorization')
  if (authorization === '') throw new S3Refusal(403, 'AccessDenied')
  const parts = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    authorization,
  )
  if (!parts) throw new S3Refusal(400, 'AuthorizationHeaderMalformed')
  const [, credential = '', signedHeaders = '', signature = ''] = parts
  const payloadHash = header(request, 'x-amz-content-sha256')
  if (payloadHash === '') throw new S3Refusal(400, 'InvalidRequest', 'x-amz-content-sha256 is missing.')
  const date = header(request, 'x-amz-date')
  return { credential, signedHeaders: signedHeaders.split(';'), signature, date, payloadHash, expiresIn: null }
}

function queryClaim(request: S3Request): Claim {
  const value = (name: string) => parameter(request, `X-Amz-${name}`) ?? ''
  const expiresIn = Number(value('Expires'))
  if (value('Algorithm') !== 'AWS4-HMAC-SHA256' || !(expiresIn > 0 && expiresIn <= maxExpirySeconds)) {
    throw new S3Refusal(400, 'AuthorizationQueryParametersError')
  }
  return {
    credential: value('Credential'),
    signedHeaders: value('SignedHeaders').split(';'),
    signature: value('Signature'),
    date: value('Date'),
    payloadHash: value('Content-Sha256') || 'UNSIGNED-PAYLOAD',
    expiresIn,
  }
}

function checkTime({ date, expiresIn }: Claim, now: number): void {
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (Number.isNaN(signedAt)) throw new S3Refusal(403, 'AccessDenied', 'There is no valid date.')
  if (expiresIn !== null && now > signedAt + expiresIn * 1000) {
    throw new S3Refusal(403, 'AccessDenied', 'Request has expired')
  }
  const isSkewed = expiresIn === null ? Math.abs(now - signedAt) > maxSkewMs : signedAt - now > maxSkewMs
  if (isSkewed) throw new S3Refusal(403, 'RequestTimeTooSkewed')
}

/** What decides over the request must be under the signature, or somebody on the way could add it. */
function checkCoverage({ headers }: S3Request, { signedHeaders }: Claim): void {
  const unsigned = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))].find(
    (name) => !signedHeaders.includes(name),
  )
  if (unsigned) throw new S3Refusal(403, 'AccessDenied', `There is a header that was not signed: ${unsigned}`)
}

function canonicalRequest(request: S3Request, { signedHeaders, payloadHash }: Claim): string {
  const path = request.rawPath.split('/').map((segment) => encode(decodeURIComponent(segment)))
  const query = request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
  const headers = signedHeaders.map((name) => `${name}:${header(request, name).trim().replace(/ +/g, ' ')}\n`)
  return [request.method, path.join('/'), query.join('&'), headers.join(''), signedHeaders.join(';'), payloadHash].join(
    '\n',
  )
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

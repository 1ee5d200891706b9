import { meaningsByCode } from '../network-trouble.ts'

// What the errors of an S3 storage mean: tables, and nothing else.

export type S3ErrorKind =
  | 'not-found'
  | 'exists'
  | 'conflict'
  | 'throttled'
  | 'unavailable'
  | 'denied'
  | 'no-bucket'
  | 'clock'
  | 'invalid'

/** What is to be told of an error, without keys, secrets or addresses. */
export interface S3Meaning {
  kind: S3ErrorKind
  message: string
}

type Row = S3Meaning

export const mayPass: ReadonlySet<S3ErrorKind> = new Set(['conflict', 'throttled', 'unavailable'])

const notFound: Row = { kind: 'not-found', message: 'The storage has no such object.' }
const exists: Row = { kind: 'exists', message: 'The storage has an object of that name already.' }
const conflict: Row = { kind: 'conflict', message: 'Another write of the same object was under way.' }
const throttled: Row = { kind: 'throttled', message: 'The storage asks for fewer requests.' }
export const silent: Row = { kind: 'unavailable', message: 'The storage did not answer in time.' }
const cutOff: Row = { kind: 'unavailable', message: 'The connection to the storage broke.' }
export const failing: Row = { kind: 'unavailable', message: 'The storage has a fault of its own.' }
export const garbled: Row = {
  kind: 'unavailable',
  message: 'The bytes were damaged on the way to or from the storage.',
}
const unknownHost: Row = {
  kind: 'unavailable',
  message: 'The address of the storage cannot be found; check S3_ENDPOINT and the name server.',
}
const unreachable: Row = {
  kind: 'unavailable',
  message: 'Nothing answers at the address of the storage; check S3_ENDPOINT and the network.',
}
export const unreadable: Row = {
  kind: 'unavailable',
  message: 'The storage answered something that cannot be understood; check that S3_ENDPOINT is an S3 address.',
}
const noTempFile: Row = {
  kind: 'unavailable',
  message: 'A temporary file for an object cannot be written; check the disk below DATA_DIR.',
}
const untrusted: Row = {
  kind: 'invalid',
  message: 'There is no safe connection to the storage; check S3_ENDPOINT and the certificate behind it.',
}
/** A handshake that breaks in the middle may be a server that is starting. */
const brokenTls: Row = { ...untrusted, kind: 'unavailable' }
const denied: Row = {
  kind: 'denied',
  message:
    'The storage denies access; check that the access key may read, write, delete and list in this bucket ' +
    '(a key that may not list is refused even where an object is only missing).',
}
const unknownKey: Row = { kind: 'denied', message: 'The storage does not know the access key; check S3_ACCESS_KEY_ID.' }
const expiredKey: Row = { kind: 'denied', message: 'The access key to the storage has run out; make a new one.' }
const badSignature: Row = {
  kind: 'denied',
  message: 'The storage refuses the signature; check S3_SECRET_ACCESS_KEY.',
}
const clock: Row = { kind: 'clock', message: 'The clock of this machine and that of the storage differ; set it right.' }
const noBucket: Row = {
  kind: 'no-bucket',
  message: 'The bucket does not exist; check STORAGE_URL and ORIGINALS_URL, or create it.',
}
const badBucket: Row = {
  kind: 'invalid',
  message: 'That cannot be the name of a bucket; check STORAGE_URL and ORIGINALS_URL.',
}
const wrongRegion: Row = { kind: 'invalid', message: 'The storage is of another region; check S3_REGION.' }
const elsewhere: Row = {
  kind: 'invalid',
  message: 'The bucket lies at another address; check S3_ENDPOINT and S3_REGION.',
}
/** S3 answers so while a new bucket is not known everywhere. */
const elsewhereForNow: Row = { ...elsewhere, kind: 'unavailable' }
const noS3: Row = { kind: 'invalid', message: 'What answers is no S3 storage; check S3_ENDPOINT.' }
const notImplemented: Row = {
  kind: 'invalid',
  message: 'The storage does not know what was asked of it; R2 knows no ACLs, so set none.',
}
const tooLarge: Row = { kind: 'invalid', message: 'The storage does not take objects of that size.' }
export const refused: Row = { kind: 'invalid', message: 'The storage refuses the request as wrong.' }

/** What tells that the storage as a whole is away. The other rows are about one object, our own disk or a setting. */
export const outages: ReadonlySet<Row> = new Set([
  throttled,
  silent,
  cutOff,
  failing,
  unknownHost,
  unreachable,
  brokenTls,
  elsewhereForNow,
])

/** What no object can come through. Of the others (denied, too large, refused) one object may be the only one. */
export const refusals: ReadonlySet<Row> = new Set([
  untrusted,
  unknownKey,
  expiredKey,
  badSignature,
  clock,
  noBucket,
  badBucket,
  wrongRegion,
  elsewhere,
  noS3,
])

/** What the storage calls it, in the body of the answer. */
export const byCode: Readonly<Record<string, Row>> = {
  NoSuchKey: notFound,
  // what the client makes of the answer to HEAD, which has no body to tell a missing bucket from a missing object
  NotFound: notFound,
  NoSuchBucket: noBucket,
  InvalidBucketName: badBucket,
  PreconditionFailed: exists,
  ConditionalRequestConflict: conflict,
  OperationAborted: conflict,
  SlowDown: throttled,
  TooManyRequests: throttled,
  Throttling: throttled,
  AccessDenied: denied,
  InvalidAccessKeyId: unknownKey,
  ExpiredToken: expiredKey,
  SignatureDoesNotMatch: badSignature,
  RequestTimeTooSkewed: clock,
  RequestExpired: clock,
  AuthorizationHeaderMalformed: wrongRegion,
  InvalidRegionName: wrongRegion,
  EntityTooLarge: tooLarge,
  // these two are 400, though nothing is wrong with the request: what arrived is not what was sent
  BadDigest: garbled,
  XAmzContentSHA256Mismatch: garbled,
  IncompleteBody: cutOff,
  RequestTimeout: silent,
}

/** For answers without a body, as all to HEAD are, and for codes that are not in the table above. */
export const byStatus: Readonly<Record<number, Row>> = {
  301: elsewhere,
  307: elsewhereForNow,
  401: denied,
  403: denied,
  404: noS3,
  408: silent,
  409: conflict,
  412: exists,
  413: tooLarge,
  429: throttled,
  501: notImplemented,
  503: throttled,
}

/** What Node says when there is no answer. */
export const bySystemCode: Readonly<Record<string, Row>> = {
  ...meaningsByCode({ unknownHost, unreachable, cutOff, silent, brokenTls, untrusted }),
  ENOSPC: noTempFile,
  EACCES: noTempFile,
  EROFS: noTempFile,
  EMFILE: noTempFile,
}

/** All that a fault can say, for the table in docs/storage.md. */
export const faultSentences: readonly string[] = [
  ...new Set(
    [byCode, byStatus, bySystemCode, { failing, unreadable, refused }]
      .flatMap((table) => Object.values<Row>(table))
      .map(({ message }) => message),
  ),
]

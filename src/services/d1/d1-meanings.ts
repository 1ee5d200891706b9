import { meaningsByCode } from '../network-trouble.ts'

// What the errors of D1 mean: tables, and nothing else. D1's own words, and what to do about them, are from
// https://developers.cloudflare.com/d1/observability/debug-d1/

export type D1ErrorKind =
  | 'unavailable'
  | 'refused'
  /** this form of the statement will not do; another may */
  | 'form'
  /** the table is not as we left it */
  | 'table'
  /** what was to be added is there already */
  | 'there'

/** What is to be told of an error, without tokens or rows. */
export interface D1Meaning {
  kind: D1ErrorKind
  message: string
  /** how long to wait where D1 does not say so itself */
  retryAfterSeconds?: number
  /** D1's own words are needed to mend it */
  quoted?: true
}

type Row = D1Meaning

export const mayPass: ReadonlySet<D1ErrorKind> = new Set(['unavailable', 'table', 'there'])

const restarting: Row = { kind: 'unavailable', message: 'D1 is restarting the database.' }
const disconnected: Row = { kind: 'unavailable', message: 'Cloudflare lost its own connection to the database.' }
const overloaded: Row = { kind: 'unavailable', message: 'The database has more requests waiting than D1 allows.' }
const slow: Row = { kind: 'unavailable', message: 'The statement took longer than D1 allows.' }
const exhausted: Row = { kind: 'unavailable', message: 'The statement took more memory or computing than D1 allows.' }
const exporting: Row = { kind: 'unavailable', message: 'The database is being exported and takes nothing meanwhile.' }
const usedUp: Row = {
  kind: 'unavailable',
  message: "The free plan's reads or writes of today are used up; they begin anew at midnight UTC.",
  retryAfterSeconds: 3_600,
}
const throttled: Row = { kind: 'unavailable', message: 'Cloudflare asks for fewer requests.' }
export const silent: Row = { kind: 'unavailable', message: 'Cloudflare did not answer in time.' }
const cutOff: Row = { kind: 'unavailable', message: 'The connection to Cloudflare broke.' }
export const failing: Row = { kind: 'unavailable', message: 'Cloudflare has a fault of its own.' }
const unknownHost: Row = {
  kind: 'unavailable',
  message: 'The address of the Cloudflare API cannot be found; check D1_BASE_URL and the name server.',
}
const unreachable: Row = {
  kind: 'unavailable',
  message: 'Nothing answers at the address of the Cloudflare API; check D1_BASE_URL and the network.',
}
export const unreadable: Row = {
  kind: 'unavailable',
  message: 'What answered is not the Cloudflare API; check D1_BASE_URL.',
}
export const unknown: Row = { kind: 'unavailable', message: 'D1 gave an error that we do not know.', quoted: true }
const tableLost: Row = {
  kind: 'table',
  message: 'The table events is gone or has lost a column; it is made again before the next attempt.',
}
const hasColumn: Row = { kind: 'there', message: 'The table events has got its column from another process.' }

const untrusted: Row = {
  kind: 'refused',
  message: 'There is no safe connection to Cloudflare; check D1_BASE_URL and the certificate behind it.',
}
/** A handshake that breaks in the middle may be a server that is starting. */
const brokenTls: Row = { ...untrusted, kind: 'unavailable' }
const denied: Row = {
  kind: 'refused',
  message:
    'Cloudflare answered that the token is not valid for this database; check D1_ACCOUNT_ID, or make a token with ' +
    'the right D1: Edit for this account and set D1_TOKEN.',
}
const noDatabase: Row = {
  kind: 'refused',
  message: 'There is no such database; check D1_ACCOUNT_ID and D1_DATABASE_ID.',
}
const databaseFull: Row = {
  kind: 'refused',
  message: 'The database is as large as D1 allows; delete what is not needed, or take the paid plan.',
}
const accountFull: Row = {
  kind: 'refused',
  message: 'The D1 databases of the account take all the storage it has; delete one, or take the paid plan.',
}
const tooLarge: Row = { kind: 'form', message: 'The statement or one of its values is larger than D1 allows.' }
const notUnderstood: Row = { kind: 'form', message: 'D1 does not understand the statement.', quoted: true }
const wrongType: Row = { kind: 'refused', message: 'D1 does not take a value of that type.', quoted: true }
const noUniqueId: Row = {
  kind: 'refused',
  message: 'The column id of the table events is not unique; make it its primary key, or move the table away.',
}
const constrained: Row = { kind: 'refused', message: 'The table events has a rule that a row breaks.', quoted: true }

const lockedFile: Row = { kind: 'unavailable', message: 'Another process holds the file of D1.' }
const noFile: Row = {
  kind: 'unavailable',
  message: 'The file of D1 cannot be opened or written; check the disk below DATA_DIR.',
}
const diskFull: Row = { kind: 'unavailable', message: 'The file of D1 cannot be written: the disk is full.' }
const damagedFile: Row = {
  kind: 'refused',
  message: 'The file of D1 is damaged, or no database; move it away, and it is filled again.',
}

type Words = readonly (readonly [RegExp, Row])[]

/** What D1 says, the first that fits. */
export const byWords: Words = [
  [/storage operation exceeded timeout/i, slow],
  [/exceeded its (memory|CPU time) limit/i, exhausted],
  [/object to be reset|reset because its code was updated/i, restarting],
  [/Network connection lost|disconnected from primary|transient issue on remote node/i, disconnected],
  [/client disconnected/i, disconnected],
  [/overloaded/i, overloaded],
  [/long-running export/i, exporting],
  [/internal error; reference/i, failing],
  [/free tier daily/i, usedUp],
  [/maximum account storage/i, accountFull],
  [/maximum DB size|SQLITE_FULL/i, databaseFull],
  [/TOOBIG|too big|too many SQL variables|too long|too large/i, tooLarge],
  [/no such table: json_each/i, notUnderstood],
  [/no such (table|column)|has no column named|D1_COLUMN_NOTFOUND/i, tableLost],
  [/duplicate column name/i, hasColumn],
  [/ON CONFLICT clause does not match/i, noUniqueId],
  [/constraint failed/i, constrained],
  [/D1_TYPE_ERROR|datatype mismatch/i, wrongType],
  [/syntax error|no such function|malformed JSON|not authorized|SQLITE_ERROR/i, notUnderstood],
  [/No SQL statements|parameter bindings|D1_EXEC_ERROR/i, notUnderstood],
]

/** What the file says, before the table above. */
export const byFileWords: Words = [
  [/SQLITE_BUSY|database is locked/i, lockedFile],
  [/disk is full|ENOSPC/i, diskFull],
  [/unable to open|readonly database|disk I\/O error|WAL mode|ENOENT|EACCES|ENOTDIR|EEXIST|EROFS|EISDIR/i, noFile],
  [/disk image is malformed|not a database/i, damagedFile],
]

/** The codes of Cloudflare's API that tell more than the status they come with. */
export const byCode: Readonly<Record<number, Row>> = {
  // an authorization that is not even of the right form comes with status 400
  1000: denied,
  6003: denied,
  6111: denied,
  7003: noDatabase,
  7403: denied,
  7404: noDatabase,
  9106: denied,
  9109: denied,
  10000: denied,
}

export const byStatus: Readonly<Record<number, Row>> = {
  401: denied,
  403: denied,
  404: noDatabase,
  408: silent,
  413: tooLarge,
  429: throttled,
}

/** What Node says when there is no answer. */
export const bySystemCode: Readonly<Record<string, Row>> = meaningsByCode({
  unknownHost,
  unreachable,
  cutOff,
  silent,
  brokenTls,
  untrusted,
})

/** All that an error of D1 can mean, for the table in docs/d1.md. */
export const d1Meanings: readonly Row[] = [
  ...[...byWords, ...byFileWords].map(([, row]) => row),
  ...[byCode, byStatus, bySystemCode, { failing, unreadable, unknown }].flatMap((table) => Object.values<Row>(table)),
]

import { errorCodes } from '../../src/errors.ts'
import { requestCodes } from '../../src/http/request-errors.ts'

/** Where the API documents that it answers with 5xx while nothing is wrong with the service. */
export const documentedServerErrors: { path: RegExp; status: number }[] = [
  // 100 WebSockets have not said who they are (docs/api.md)
  { path: /^WebSocket \/graphql$/, status: 503 },
  // the database, the storage or the image host is away (docs/operations.md)
  { path: /^\/ready(?:[?#]|$)/, status: 503 },
  // a query that takes too long on a busy machine (docs/api.md)
  { path: /^\/graphql(?:[?#]|$)/, status: 503 },
  // QUEUE_FULL, or the storage is away (docs/migration.md)
  { path: /^\/images\/upload(?:[?#]|$)/, status: 503 },
]

/** Codes that an error may carry; INTERNAL_ERROR is what nobody foresaw. */
export const knownCodes: ReadonlySet<string> = new Set([
  ...errorCodes.filter((code) => code !== 'INTERNAL_ERROR'),
  ...requestCodes,
])

/** What no answer may have in it. What is sent has none of it, so an echo is not mistaken for a leak. */
export const leaks: [what: string, form: RegExp][] = [
  ['a stack', /\n {4}at |\\n {4}at /],
  ['a path on the disk', /\/(?:work|tmp|home|root|usr)\/|node_modules|dist\/[a-z-]+\.js/],
  [
    'SQL',
    /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.*\b(?:FROM|VALUES|SET|WHERE)\b|SQLITE_|syntax error at or near/,
  ],
  // what the decoder says of a damaged picture is part of the API ("vipspng: libpng read error")
  ['the name of an inner part', /[Pp]risma|libsql|piscina|\b(?:Type|Reference|Range)Error\b|Cannot read prop/],
]

/** What may be left after a batch, over what was there before it. */
export const allowances = {
  /** connections to other parts of the machine; those of clients are gone */
  sockets: 2,
  /** timers and requests that a service at rest has now and then */
  resources: 12,
  /** bytes, after a collection: caches of documents and statements fill */
  heapUsed: 64 * 1024 * 1024,
  /** bytes in all, of the service and of its image host */
  rss: 700 * 1024 * 1024,
  hostRss: 1_500 * 1024 * 1024,
}

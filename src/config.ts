import path from 'node:path'
import { Cron } from 'croner'
import { z } from 'zod'
import { limitVariables, readLimits } from './config-limits.ts'
import { checkWhoMay, loopback, readWhoMay, whoMayVariables } from './config-who-may.ts'
import { OperatorError } from './errors.ts'
import { defaultMegapixelsInFlight, usableCores } from './services/machine.ts'
import { checkRecipes } from './services/recipes.ts'
import { isVenueSource, type VenueSource } from './venues/venue-list.ts'

const mebibyte = 1024 * 1024

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be from ${min} to ${max}`)

const text = z.string().trim().min(1, 'must not be empty')

/** A folder (`file:`), or a bucket with a folder in it (`s3://bucket/folder`). */
const storageUrl = text.regex(
  /^(file:.+|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[a-z0-9_-]+)*\/?)$/,
  'must be file:FOLDER or s3://BUCKET or s3://BUCKET/FOLDER',
)

/** With the bucket in it, as some dashboards show it, everything would lie in that bucket, originals too. */
const endpoint = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
  .refine((url) => new URL(url).pathname === '/', 'must end with the host: the bucket goes into STORAGE_URL')

/** Scheme, host and port, and nothing behind them. */
const serviceUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
  .refine((url) => new URL(url).pathname === '/', 'must end with the host, or its port')
  .transform((url) => new URL(url).origin)

/** `host:port` with commas between them. */
const hostList = text.transform((value, context) => {
  const hosts = value.split(',').map((host) => host.trim().toLowerCase())
  for (const host of hosts) {
    if (!/^(\[[0-9a-f:.]+\]|[^:\s/]+):\d{1,5}$/.test(host)) {
      context.addIssue({
        code: 'custom',
        message: `must be host:port with commas between them, which "${host}" is not`,
      })
    }
  }
  return hosts
})

/** Listing pages to read instead of a source's own: `source=address` with commas between them. */
const pageList = text.transform((value, context) => {
  const pages: Partial<Record<VenueSource, string[]>> = {}
  for (const entry of value.split(',')) {
    const [source = '', url = ''] = entry.trim().split(/=(.*)/s)
    if (isVenueSource(source) && URL.canParse(url)) pages[source] = [...(pages[source] ?? []), url]
    else {
      const message = `must be SOURCE=ADDRESS with commas between them, which "${entry.trim()}" is not`
      context.addIssue({ code: 'custom', message })
    }
  }
  return pages
})

/** When something happens regularly, as cron tells it. */
const cronPattern = text.refine((value) => {
  try {
    return new Cron(value, { paused: true }) instanceof Cron
  } catch {
    return false
  }
}, 'must be a cron pattern, as 0 */6 * * * for every six hours')

const timeZone = text.refine((value) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }) instanceof Intl.DateTimeFormat
  } catch {
    return false
  }
}, 'must be a time zone, as America/Los_Angeles')

/** Names with commas between them. */
const recipeList = text.transform((value, context) => {
  try {
    return checkRecipes(value.split(',').map((name) => name.trim()))
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

/** A token goes out with every request, so only this machine may be spoken to in the clear. */
const d1BaseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an https URL', abort: true })
  .refine((url) => isLoopback(url) || url.startsWith('https:'), 'must be an https URL: the token is sent there')
  .refine((url) => new URL(url).pathname === '/', 'must end with the host')

const isLoopback = (url: string) => loopback.includes(new URL(url).hostname.replace(/[[\]]/g, ''))

const uuidWanted = 'must be the ID of the database, as 01234567-89ab-cdef-0123-456789abcdef, and not its name'

/** What D1 cannot be reached without. */
const d1Names = ['D1_ACCOUNT_ID', 'D1_DATABASE_ID', 'D1_TOKEN'] as const

/** What a bucket cannot be reached without. */
const s3Names = ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const

const environment = z
  .object({
    HOST: text.default('127.0.0.1'),
    PORT: integer(0, 65_535).default(4000),
    ...whoMayVariables,
    DATA_DIR: text.default('data'),
    DATABASE_URL: text.regex(/^(file:|postgres(ql)?:)/, 'must begin with file: or postgresql:').optional(),
    STORAGE_URL: storageUrl.optional(),
    ORIGINALS_URL: storageUrl.optional(),
    S3_ENDPOINT: endpoint.optional(),
    S3_REGION: text.default('auto'),
    S3_ACCESS_KEY_ID: text.optional(),
    S3_SECRET_ACCESS_KEY: text.optional(),
    S3_ACL: z.enum(['public-read']).optional(),
    S3_TIMEOUT_SECONDS: integer(1, 3_600).default(30),
    D1_ACCOUNT_ID: text.regex(/^[0-9a-f]{32}$/, 'must be 32 digits and letters a to f').optional(),
    D1_DATABASE_ID: text.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, uuidWanted).optional(),
    D1_TOKEN: text.regex(/^[\x21-\x7e]+$/, 'must be one word of plain letters, digits and signs').optional(),
    D1_BASE_URL: d1BaseUrl.optional(),
    D1_AUTO_SYNC: z.enum(['true', 'false']).default('true'),
    SERVICE_URL: serviceUrl.optional(),
    PUBLIC_BASE_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
    CONCURRENCY: integer(0, 256).optional(),
    IMAGE_THREADS: integer(1, 256).optional(),
    MEGAPIXELS_IN_FLIGHT: integer(1, 1_000_000).optional(),
    UNIT_TIMEOUT_SECONDS: integer(1, 3_600).default(60),
    DEFAULT_RECIPES: recipeList.prefault('presets,responsive'),
    SOURCE_ALLOW: hostList.default([]),
    SCRAPE_LIVE: z.enum(['true', 'false']).default('false'),
    SCRAPE_PAGES: pageList.default({}),
    SCRAPE_SCHEDULE: cronPattern.optional(),
    SCRAPE_TIMEZONE: timeZone.default('America/Los_Angeles'),
    MAX_BYTES: integer(1, 1024 * mebibyte).default(10 * mebibyte),
    MAX_PIXELS: integer(1, 1_000_000_000).default(100_000_000),
    MIN_WIDTH: integer(1, 16_383).default(100),
    MIN_HEIGHT: integer(1, 16_383).default(100),
    LEASE_SECONDS: integer(3, 86_400).default(30),
    RETRY_BASE_SECONDS: integer(0, 86_400).default(2),
    GC_GRACE_SECONDS: integer(0, 315_360_000).default(7 * 24 * 3600),
    TEMP_QUOTA_BYTES: integer(0, 1024 ** 4).default(1024 * mebibyte),
    ...limitVariables,
    LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  })
  .superRefine((env, context) => {
    for (const [name, message] of checkWhoMay(env)) context.addIssue({ code: 'custom', path: [name], message })
    const usesS3 = [env.STORAGE_URL, env.ORIGINALS_URL].some((url) => url?.startsWith('s3:'))
    for (const name of usesS3 ? s3Names : []) {
      if (!env[name]) context.addIssue({ code: 'custom', path: [name], message: 'is needed for storage in s3:' })
    }
    const usesD1 = [...d1Names, 'D1_BASE_URL' as const].some((name) => env[name])
    for (const name of usesD1 ? d1Names : []) {
      const message = `is needed too: D1 is reached with ${d1Names.join(', ')}, and without all of them the rows stay in a file`
      if (!env[name]) context.addIssue({ code: 'custom', path: [name], message })
    }
  })

/** The names of all variables read, for the table in docs/configuration.md. */
export const variableNames = Object.keys(environment.shape)

export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError'
}

/** Reads the whole environment; throws one ConfigError that names every problem. An empty variable counts as unset. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>) {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`)
    throw new ConfigError(`The configuration is wrong:\n${problems.join('\n')}`)
  }
  const e = parsed.data
  const dataDir = path.resolve(e.DATA_DIR)
  const privateDir = path.join(dataDir, 'private')
  const threads = e.IMAGE_THREADS ?? usableCores()
  return {
    dataDir,
    http: { host: e.HOST, port: e.PORT, serviceUrl: e.SERVICE_URL ?? null },
    auth: readWhoMay(e),
    database: { url: e.DATABASE_URL ?? `file:${path.join(privateDir, 'greenroom.db')}` },
    storage: {
      url: e.STORAGE_URL ?? `file:${dataDir}`,
      // beside the variants, where those are in a bucket: a disk may not outlive its machine
      originalsUrl: e.ORIGINALS_URL ?? (e.STORAGE_URL?.startsWith('s3:') ? e.STORAGE_URL : `file:${privateDir}`),
      s3: readS3(e),
      tempDir: path.join(privateDir, '.checkouts'),
      publicBaseUrl: e.PUBLIC_BASE_URL?.replace(/\/+$/, '') ?? null,
    },
    d1: { file: path.join(privateDir, 'd1.db'), cloudflare: readD1(e), autoSync: e.D1_AUTO_SYNC === 'true' },
    work: {
      // more than there are threads: what is small of an image need not wait for what is large of those before it, and
      // threads do not wait for what is fetched or stored; what these take of memory has a bound of its own
      concurrency: e.CONCURRENCY ?? 4 * threads,
      threads,
      megapixelsInFlight: e.MEGAPIXELS_IN_FLIGHT ?? defaultMegapixelsInFlight(),
      unitMs: e.UNIT_TIMEOUT_SECONDS * 1000,
      leaseMs: e.LEASE_SECONDS * 1000,
      retryBaseMs: e.RETRY_BASE_SECONDS * 1000,
    },
    cleaning: { graceMs: e.GC_GRACE_SECONDS * 1000, tempQuotaBytes: e.TEMP_QUOTA_BYTES },
    sources: { allow: e.SOURCE_ALLOW, tempDir: path.join(privateDir, '.downloads') },
    scrape: {
      live: e.SCRAPE_LIVE === 'true',
      pages: e.SCRAPE_PAGES,
      schedule: e.SCRAPE_SCHEDULE ? { pattern: e.SCRAPE_SCHEDULE, timezone: e.SCRAPE_TIMEZONE } : null,
    },
    defaultRecipes: e.DEFAULT_RECIPES,
    limits: {
      maxBytes: e.MAX_BYTES,
      maxPixels: e.MAX_PIXELS,
      minWidth: e.MIN_WIDTH,
      minHeight: e.MIN_HEIGHT,
    },
    requestLimits: readLimits(e),
    logLevel: e.LOG_LEVEL,
  }
}

function readS3(e: z.infer<typeof environment>) {
  const { S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = e
  if (!endpoint || !accessKeyId || !secretAccessKey) return null
  const timeoutMs = e.S3_TIMEOUT_SECONDS * 1000
  return { endpoint, accessKeyId, secretAccessKey, region: e.S3_REGION, acl: e.S3_ACL ?? null, timeoutMs }
}

/** null where D1 is the file. */
function readD1(e: z.infer<typeof environment>) {
  const { D1_ACCOUNT_ID: accountId, D1_DATABASE_ID: databaseId, D1_TOKEN: token, D1_BASE_URL: baseUrl } = e
  if (!accountId || !databaseId || !token) return null
  return { accountId, databaseId, token, baseUrl: (baseUrl ?? 'https://api.cloudflare.com').replace(/\/+$/, '') }
}

export type Config = ReturnType<typeof loadConfig>

/** What clients reach the service by, and what the URLs of variants begin with, when it listens on this port. */
export function addressesOf({ http, storage }: Pick<Config, 'http' | 'storage'>, port = http.port) {
  const origin = http.serviceUrl ?? `http://localhost:${port}`
  return { origin, publicBase: storage.publicBaseUrl ?? `${origin}/media` }
}

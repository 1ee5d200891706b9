import path from 'node:path'
import { z } from 'zod'
import { limitVariables, readLimits } from './config-limits.ts'
import {
  cronPattern,
  d1BaseUrl,
  endpoint,
  hostList,
  integer,
  pageList,
  recipeList,
  serviceUrl,
  storageUrl,
  text,
  timeZone,
  uuidWanted,
} from './config-values.ts'
import { checkWhoMay, readWhoMay, whoMayVariables } from './config-who-may.ts'
import { OperatorError } from './errors.ts'
import { defaultMegapixelsInFlight, usableCores } from './services/machine.ts'

const mebibyte = 1024 * 1024

/** What D1 cannot be reached without. */
const d1Names = ['D1_ACCOUNT_ID', 'D1_DATABASE_ID', 'D1_TOKEN'] as const

/** What a bucket cannot be reached without. */
const s3Names = ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const

function* checkFleet(env: {
  REDIS_URL?: string | undefined
  DATABASE_URL?: string | undefined
}): Generator<[name: string, message: string]> {
  if (!env.REDIS_URL || /^postgres/.test(env.DATABASE_URL ?? '')) return
  yield ['REDIS_URL', 'is for several processes, which need PostgreSQL (DATABASE_URL): a SQLite file is for one alone']
}

const environment = z
  .object({
    HOST: text.default('127.0.0.1'),
    PORT: integer(0, 65_535).default(4000),
    ...whoMayVariables,
    DATA_DIR: text.default('data'),
    DATABASE_URL: text.regex(/^(file:|postgres(ql)?:)/, 'must begin with file: or postgresql:').optional(),
    DATABASE_POOL: integer(2, 1_000).default(10),
    REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis or rediss URL' }).optional(),
    REDIS_PREFIX: text.regex(/^[\w-]+$/, 'must be letters, digits, _ and -').default('greenroom'),
    WORKER_PORT: integer(0, 65_535).optional(),
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
    for (const [name, message] of [...checkWhoMay(env), ...checkFleet(env)]) {
      context.addIssue({ code: 'custom', path: [name], message })
    }
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
    database: { url: e.DATABASE_URL ?? `file:${path.join(privateDir, 'greenroom.db')}`, connections: e.DATABASE_POOL },
    redis: readRedis(e),
    workerPort: e.WORKER_PORT ?? null,
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

/** null for a process that works alone. */
function readRedis({ REDIS_URL: url, REDIS_PREFIX: prefix }: z.infer<typeof environment>) {
  return url ? { url, prefix } : null
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

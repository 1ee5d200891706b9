import { Cron } from 'croner'
import { z } from 'zod'
import { loopback } from './config-who-may.ts'
import { checkRecipes } from './services/recipes.ts'
import { isVenueSource, type VenueSource } from './venues/venue-list.ts'

// How each kind of value in the environment is read.

export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be from ${min} to ${max}`)

export const text = z.string().trim().min(1, 'must not be empty')

/** A folder (`file:`), or a bucket with a folder in it (`s3://bucket/folder`). */
export const storageUrl = text.regex(
  /^(file:.+|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[a-z0-9_-]+)*\/?)$/,
  'must be file:FOLDER or s3://BUCKET or s3://BUCKET/FOLDER',
)

/** With the bucket in it, as some dashboards show it, everything would lie in that bucket, originals too. */
export const endpoint = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
  .refine((url) => new URL(url).pathname === '/', 'must end with the host: the bucket goes into STORAGE_URL')

/** Scheme, host and port, and nothing behind them. */
export const serviceUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
  .refine((url) => new URL(url).pathname === '/', 'must end with the host, or its port')
  .transform((url) => new URL(url).origin)

/** `host:port` with commas between them. */
export const hostList = text.transform((value, context) => {
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
export const pageList = text.transform((value, context) => {
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
export const cronPattern = text.refine((value) => {
  try {
    return new Cron(value, { paused: true }) instanceof Cron
  } catch {
    return false
  }
}, 'must be a cron pattern, as 0 */6 * * * for every six hours')

export const timeZone = text.refine((value) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }) instanceof Intl.DateTimeFormat
  } catch {
    return false
  }
}, 'must be a time zone, as America/Los_Angeles')

/** Names with commas between them. */
export const recipeList = text.transform((value, context) => {
  try {
    return checkRecipes(value.split(',').map((name) => name.trim()))
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

/** A token goes out with every request, so only this machine may be spoken to in the clear. */
export const d1BaseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an https URL', abort: true })
  .refine((url) => isLoopback(url) || url.startsWith('https:'), 'must be an https URL: the token is sent there')
  .refine((url) => new URL(url).pathname === '/', 'must end with the host')

const isLoopback = (url: string) => loopback.includes(new URL(url).hostname.replace(/[[\]]/g, ''))

export const uuidWanted = 'must be the ID of the database, as 01234567-89ab-cdef-0123-456789abcdef, and not its name'

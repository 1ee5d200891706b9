import robotsModule from 'robots-parser'
import { SourceBlockedError, SourceUnavailableError } from '../../errors.ts'
import { createSharedLoads } from './shared-loads.ts'
import { statusError } from './source-errors.ts'

export interface Robots {
  /**
   * Resolves to the gap that the host asks for, ms. Throws SourceBlockedError where its robots.txt forbids the URL,
   * a retryable SourceUnavailableError where nobody can tell.
   */
  check(url: URL, signal: AbortSignal): Promise<{ gapMs: number }>
}

/** The status of a robots.txt and the beginning of its text; fails as SourceWeb does. */
export type FetchText = (url: string, signal: AbortSignal) => Promise<{ httpStatus: number; text: string }>

interface Options {
  fetchText: FetchText
  /** its first word, without the version, is our name in a robots.txt */
  userAgent: string
  /** how long rules are kept, and how long nobody asks again after trouble, ms */
  keep?: { rulesMs: number; troubleMs: number }
}

/** What is known of an origin: its rules, or why they could not be read. */
type Known = { until: number } & (
  | { rules: ReturnType<typeof parseRobots>; patternChars: number }
  | { trouble: SourceUnavailableError }
)

// it is typed as an ES module, which it is not
const parseRobots = robotsModule as unknown as typeof robotsModule.default

const defaultKeep = {
  // RFC 9309, section 2.4: no longer than a day
  rulesMs: 24 * 3_600_000,
  troubleMs: 5 * 60_000,
}
const maxKept = 500
const longestGapMs = 30_000
/** characters of wildcard rules times characters of the path: about 0.2 s, in which nothing else happens */
const mostWork = 40_000_000

/** The rules of RFC 9309 for one agent, by origin. */
export function createRobots({ fetchText, userAgent, keep = defaultKeep }: Options): Robots {
  const agent = userAgent.split(/[\s/]/, 1)[0]
  const kept = new Map<string, Known>()
  const load = createSharedLoads(read)

  async function read(origin: string, signal: AbortSignal): Promise<Known> {
    const address = `${origin}/robots.txt`
    try {
      const { httpStatus, text } = await fetchText(address, signal)
      // a 4xx means that there are no rules, but 429 that this was not the time to ask
      if (httpStatus >= 500 || httpStatus === 429) throw statusError(httpStatus)
      const rules = parseRobots(address, httpStatus < 300 ? text : '')
      return { rules, patternChars: countPatternChars(text), until: Date.now() + keep.rulesMs }
    } catch (error) {
      if (!(error instanceof SourceUnavailableError)) throw error
      return { trouble: error, until: Date.now() + (error.retryAfterMs || keep.troubleMs) }
    }
  }

  async function know(origin: string, signal: AbortSignal): Promise<Known> {
    const known = kept.get(origin)
    if (known && known.until > Date.now()) return known
    const fresh = await load(origin, signal)
    kept.delete(origin)
    kept.set(origin, fresh)
    const [oldest] = kept.keys()
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
    return fresh
  }

  return {
    async check(url, signal) {
      const known = await know(url.origin, signal)
      if ('trouble' in known) throw untold(url.host, known)
      if (known.patternChars * url.href.length > mostWork) {
        throw new SourceBlockedError(`The robots.txt of ${url.host} is too long to check so long a URL.`)
      }
      // undefined would mean that these are the rules of another origin
      if (known.rules.isAllowed(url.href, agent) !== true) {
        throw new SourceBlockedError(`The robots.txt of ${url.host} does not allow ${url.pathname}.`)
      }
      const gapMs = (known.rules.getCrawlDelay(agent) ?? 0) * 1_000
      return { gapMs: Math.min(Math.max(gapMs, 0), longestGapMs) }
    },
  }
}

/** RFC 9309, section 2.3.1.4: what cannot be read forbids everything, for the time being. */
function untold(host: string, { trouble, until }: { trouble: SourceUnavailableError; until: number }) {
  const message = `Nothing is fetched from ${host} while its robots.txt cannot be read. ${trouble.message}`
  const retryAfterMs = Math.max(until - Date.now(), 0)
  return new SourceUnavailableError(message, { retryable: true, retryAfterMs, cause: trouble })
}

/** The parser tries a wildcard at every character of a path. */
function countPatternChars(text: string): number {
  const patterns = text.split(/[\r\n]+/).filter((line) => line.includes('*'))
  return patterns.reduce((sum, { length }) => sum + length, 0)
}

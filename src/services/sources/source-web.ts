import { SourceBlockedError, SourceUnavailableError } from '../../errors.ts'
import { parseRetryAfter } from '../retry-after.ts'
import { checkUrl, type Resolve, resolveBySystem } from './address-guard.ts'
import type { HostLimiter } from './host-limiter.ts'
import { createSourceAgent } from './source-agent.ts'
import { ask, type SourceAnswer } from './source-request.ts'
import { withTimeLimit } from './time-limit.ts'

export interface GetOptions {
  /** of a request, by where it goes */
  headers: (url: URL) => Readonly<Record<string, string>>
  signal: AbortSignal
  /** asked before each request, also those that a redirect leads to; refuses it by throwing */
  mayGo?: (url: URL, signal: AbortSignal) => Promise<{ gapMs: number }>
}

/** Other people's servers, as far as they are public: GET without cookies, credentials, proxies or compression. */
export interface SourceWeb extends AsyncDisposable {
  /**
   * Hands the answer that is no redirect, of whatever status, to `read`. Fails with SourceBlockedError or
   * SourceUnavailableError; an aborted signal with its reason.
   */
  get<T>(url: string, options: GetOptions, read: (answer: SourceAnswer) => Promise<T>): Promise<T>
}

interface Deps {
  /** each `host:port` that is exempt from the rules for addresses and ports */
  allow: readonly string[]
  userAgent: string
  limiter: HostLimiter
  resolve?: Resolve
  limits?: Partial<typeof defaultLimits>
}

const defaultLimits = {
  connectMs: 10_000,
  /** without a byte: until all headers are there, and in the body */
  idleMs: 15_000,
  /** of all requests of one get; waiting for the turn of a host does not count */
  totalMs: 60_000,
}

type Outcome<T> = { value: T } | { next: string }

const maxRedirects = 3
const redirects = new Set([301, 302, 303, 307, 308])
const overloaded = new Set([429, 503])

export function createSourceWeb({ allow, userAgent, limiter, resolve = resolveBySystem, limits }: Deps): SourceWeb {
  const { totalMs, ...rest } = { ...defaultLimits, ...limits }
  const dispatcher = createSourceAgent({ allow, resolve, ...rest })
  const ours = { 'user-agent': userAgent, 'accept-encoding': 'identity' }

  /** An overloaded host is left alone for as long as it asks. */
  async function heed({ url, httpStatus, header }: SourceAnswer): Promise<void> {
    const ms = overloaded.has(httpStatus) ? parseRetryAfter(header('retry-after')) : 0
    if (ms > 0) await limiter.holdBack(url.hostname, ms)
  }

  return {
    async get(text, { headers, signal, mayGo }, read) {
      const limit = createTimeBudget(totalMs)
      let url = checkUrl(text, { allow })
      for (let hop = 0; hop <= maxRedirects; hop += 1) {
        const { gapMs } = (await mayGo?.(url, signal)) ?? { gapMs: 0 }
        const asked = { url, dispatcher, headers: { ...headers(url), ...ours } }
        const request = (onAnswer: () => void, inTurn: AbortSignal) =>
          limit(inTurn, (inTime) =>
            ask({ ...asked, onAnswer, signal: inTime }, async (answer) => {
              await heed(answer)
              return outcomeOf(answer, read)
            }),
          )
        const outcome = await limiter.run(url.hostname, request, { signal, gapMs })
        if ('value' in outcome) return outcome.value
        url = checkRedirect(url, outcome.next, allow)
      }
      throw new SourceUnavailableError(`The source redirects more than ${maxRedirects} times.`, { retryable: false })
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
}

async function outcomeOf<T>(answer: SourceAnswer, read: (answer: SourceAnswer) => Promise<T>): Promise<Outcome<T>> {
  const next = redirects.has(answer.httpStatus) ? answer.header('location') : undefined
  return next === undefined ? { value: await read(answer) } : { next }
}

/** Where a redirect leads to, checked as the first URL was; never from https back to http. */
export function checkRedirect(from: URL, location: string, allow: readonly string[]): URL {
  // some send the bytes of UTF-8 as they are, and the HTTP client reads each as a character
  const text = Buffer.from(location, 'latin1').toString()
  const to = checkUrl(URL.canParse(text, from.href) ? new URL(text, from).href : text, { allow })
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new SourceBlockedError(`The host ${from.hostname} redirects from https to http.`)
  }
  return to
}

/** Runs tasks one after the other that have so long together. */
function createTimeBudget(totalMs: number) {
  const late = () =>
    new SourceUnavailableError(`The source took longer than ${totalMs / 1_000} s.`, { retryable: true })
  let leftMs = totalMs
  return async <T>(signal: AbortSignal, task: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    try {
      return await withTimeLimit({ signal, ms: leftMs, late }, task)
    } finally {
      leftMs -= performance.now() - startedAt
    }
  }
}

import { ImageTooLargeError, SourceUnavailableError } from '../../errors.ts'
import { parseRetryAfter } from '../retry-after.ts'
import type { LocalFile } from '../storage/object-store.ts'
import { createTempFolder, type TempFolder } from '../storage/temp-files.ts'
import { download } from './download.ts'
import type { Robots } from './robots.ts'
import { statusError } from './source-errors.ts'
import type { SourceAnswer } from './source-request.ts'
import type { SourceWeb } from './source-web.ts'

export interface SourceRequest {
  /** what the answer before said of itself; an answer that has not changed since is not sent again */
  conditional?: Known
  maxBytes: number
  /** the Accept header */
  accept: string
  /** asks the robots.txt of each host first */
  obeyRobots: boolean
  /** asked before each request, also those that a redirect leads to; refuses by throwing */
  mayVisit?: (url: URL) => void
  signal: AbortSignal
}

export interface Known {
  /** where that answer came from, after redirects: validators mean nothing anywhere else */
  url: string
  etag?: string | null
  lastModified?: string | null
}

export interface FetchedSource {
  kind: 'fetched'
  /** after redirects */
  url: string
  etag: string | null
  lastModified: string | null
  /** as the source says; may be anything */
  contentType: string | null
  /** whoever fetches disposes of it */
  file: LocalFile
  byteSize: number
}

export interface SourceClient {
  /**
   * Fetches what a public URL leads to. Fails with SourceBlockedError, SourceUnavailableError, ImageTooLargeError,
   * StorageUnavailableError when the disk cannot take it, or the reason of the signal; then no file is left.
   */
  fetch(url: string, request: SourceRequest): Promise<{ kind: 'unchanged' } | FetchedSource>
  /** as that of a disk store; nobody else may sweep the folder */
  sweepTemp: TempFolder['sweep']
}

interface Deps {
  web: SourceWeb
  robots: Robots
  /** for what is fetched */
  tempDir: string
}

export function createSourceClient({ web, robots, tempDir }: Deps): SourceClient {
  const temp = createTempFolder(tempDir)
  return {
    fetch(url, { conditional, maxBytes, accept, obeyRobots, mayVisit, signal }) {
      const conditionsFor = ({ href }: URL) => (conditional?.url === href ? conditionsOf(conditional) : {})
      const options = {
        headers: (to: URL) => ({ accept, ...conditionsFor(to) }),
        signal,
        mayGo: async (to: URL, inTime: AbortSignal) => {
          mayVisit?.(to)
          return obeyRobots ? robots.check(to, inTime) : { gapMs: 0 }
        },
      }
      return web.get(url, options, async (answer) => {
        const wasConditional = Object.keys(conditionsFor(answer.url)).length > 0
        if (answer.httpStatus === 304 && wasConditional) return { kind: 'unchanged' }
        checkAnswer(answer, maxBytes)
        const { file, byteSize } = await download(answer.body, { temp, maxBytes })
        return {
          kind: 'fetched',
          url: answer.url.href,
          etag: answer.header('etag') ?? null,
          lastModified: answer.header('last-modified') ?? null,
          contentType: answer.header('content-type') ?? null,
          file,
          byteSize,
        }
      })
    },
    sweepTemp: temp.sweep,
  }
}

function conditionsOf({ etag, lastModified }: Known): Record<string, string> {
  return {
    ...(etag && { 'if-none-match': etag }),
    ...(lastModified && { 'if-modified-since': lastModified }),
  }
}

/** 203: a proxy has changed it on the way. The other successes have no body, or a part of one. */
const whole = new Set([200, 203])

/** Whether its body is worth reading. */
function checkAnswer({ httpStatus, header }: SourceAnswer, maxBytes: number): void {
  if (!whole.has(httpStatus)) throw statusError(httpStatus, parseRetryAfter(header('retry-after')))
  const encoding = header('content-encoding') ?? 'identity'
  if (encoding !== 'identity') {
    const message = `The source sent ${encoding} although it was asked for the plain bytes.`
    throw new SourceUnavailableError(message, { retryable: false, httpStatus })
  }
  if (Number(header('content-length') ?? 0) > maxBytes) throw new ImageTooLargeError(maxBytes)
}

import { D1RefusedError, D1UnavailableError } from '../../d1-errors.ts'
import type { AppError } from '../../errors.ts'
import {
  byCode,
  byFileWords,
  byStatus,
  bySystemCode,
  byWords,
  type D1ErrorKind,
  type D1Meaning,
  failing,
  mayPass,
  silent,
  unknown,
  unreadable,
} from './d1-meanings.ts'

interface Answer {
  status: number
  /** of Cloudflare's API */
  codes: readonly number[]
  /** what D1 says of it; null when the answer was not that of Cloudflare's API */
  words: string | null
  retryAfterMs: number
}

/** Cloudflare answered, and the answer is not the wanted one. */
export class D1AnswerError extends Error {
  override readonly name = 'D1AnswerError'
  readonly answer: Answer
  constructor(answer: Answer) {
    super(`HTTP ${answer.status}: ${answer.words ?? 'not an answer of the Cloudflare API'}`)
    this.answer = answer
  }
}

/** Cloudflare could not be asked, or gave no whole answer. */
export class D1ConnectionError extends Error {
  override readonly name = 'D1ConnectionError'
}

export interface D1Fault {
  kind: D1ErrorKind
  /** the error that leaves D1's edge */
  error: AppError
}

/** Tells what an error of Cloudflare's API, the network, Prisma or the file means; the only place that knows them. */
export function classifyD1Error(error: unknown): D1Fault {
  if (error instanceof D1AnswerError) {
    const { status, words, retryAfterMs } = error.answer
    return toFault(meaningOfAnswer(error.answer), { cause: error, status, retryAfterMs, words })
  }
  if (error instanceof D1ConnectionError) return toFault(meaningOfSilence(error.cause), { cause: error })
  const words = wordsOf(error)
  const meaning = firstFit(byFileWords, words) ?? firstFit(byWords, words) ?? unknown
  return toFault(meaning, { cause: error, words })
}

const foreign: ReadonlySet<number> = new Set([401, 403, 404])

function meaningOfAnswer({ status, codes, words }: Answer): D1Meaning {
  const byTheirCode = codes.map((code) => byCode[code]).find((row) => row !== undefined)
  const told = byTheirCode ?? (words === null ? undefined : firstFit(byWords, words))
  // what is not Cloudflare's own, as the page of a proxy, says nothing of the token or the database
  if (words === null && foreign.has(status)) return unreadable
  const row = told ?? byStatus[status]
  if (row) return row
  if (status >= 500) return failing
  return words === null ? unreadable : unknown
}

function meaningOfSilence(cause: unknown): D1Meaning {
  const { name, cause: inner } = (cause ?? {}) as { name?: string; cause?: { code?: string } }
  if (name === 'TimeoutError') return silent
  return bySystemCode[inner?.code ?? ''] ?? unreadable
}

const firstFit = (table: typeof byWords, words: string) => table.find(([pattern]) => pattern.test(words))?.[1]

/** Prisma says it in words of its own; those of the database lie deeper. */
function wordsOf(error: unknown): string {
  const { message = '', meta } = (error ?? {}) as { message?: string; meta?: Meta }
  return meta?.driverAdapterError?.cause?.originalMessage ?? message
}

interface Meta {
  driverAdapterError?: { cause?: { originalMessage?: string } }
}

interface Circumstances {
  cause: unknown
  status?: number
  retryAfterMs?: number
  words?: string | null
}

const longestQuote = 200

function toFault(meaning: D1Meaning, { cause, status, retryAfterMs = 0, words }: Circumstances): D1Fault {
  const { kind } = meaning
  const quote = meaning.quoted && words ? ` (${words.slice(0, longestQuote)})` : ''
  const message = meaning.message + quote
  const where = { cause, ...(status !== undefined && { status }) }
  if (!mayPass.has(kind)) return { kind, error: new D1RefusedError(message, where) }
  const asked = retryAfterMs > 0 ? Math.ceil(retryAfterMs / 1_000) : meaning.retryAfterSeconds
  const wait = asked === undefined ? {} : { retryAfterSeconds: asked }
  return { kind, error: new D1UnavailableError(message, { ...where, ...wait }) }
}

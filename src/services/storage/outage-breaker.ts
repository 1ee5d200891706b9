import { StorageNotConfiguredError, StorageUnavailableError } from '../../errors.ts'

export interface BreakerRules {
  /** so many outages in a row close the storage off, if they are of two keys at least */
  failures: number
  /** before the first probe, and of each further one twice that, ms */
  firstWaitMs: number
  maxWaitMs: number
  /** asks the storage for nothing in particular, to tell a storage that is away from one key in trouble */
  look?: () => Promise<unknown>
}

export interface Asked {
  key: string
  signal?: AbortSignal | undefined
}

export interface OutageBreaker {
  /** 0 when calls are let through, else how long it pays to wait before the next one, ms */
  waitMs(): number
  /** since when nothing is let through; a storage that is back is noticed by the next call only */
  readonly downSince: Date | null
  run<T>(call: () => Promise<T>, asked: Asked): Promise<T>
}

/** A storage that asks for longer may mean it, but a proxy that says "in a year" must not end the service, ms. */
const longestWishMs = 5 * 60_000

/**
 * Fails calls at once while the storage is away, and lets one through now and then as a probe. Only errors that tell of
 * an outage count, each once, and none of a call that was aborted. Outages in a row of one key alone may mean the key:
 * then it is `look` that decides, and without it they never close the storage off.
 */
export function createOutageBreaker({ failures, firstWaitMs, maxWaitMs, look }: BreakerRules): OutageBreaker {
  let state: 'closed' | 'open' | 'probing' = 'closed'
  /** how often the state has changed: what began in an earlier one says nothing about this one */
  let epoch = 0
  let opened = 0
  let probeAt = 0
  let downSince: Date | null = null
  /** whose outages came since the last answer */
  let row: string[] = []
  const isNew = createNoveltyCheck()

  function enter(next: typeof state): void {
    state = next
    epoch += 1
  }

  function open(error: unknown): void {
    opened += 1
    const wishMs = error instanceof StorageUnavailableError ? Math.min(error.retryAfterMs, longestWishMs) : 0
    probeAt = Date.now() + Math.max(Math.min(firstWaitMs * 2 ** (opened - 1), maxWaitMs), wishMs)
    downSince ??= new Date()
    if (state === 'closed') row = []
    enter('open')
  }

  function answered(): void {
    row = []
    if (state === 'closed') return
    opened = 0
    downSince = null
    enter('closed')
  }

  /** What the failures so far tell of the storage. */
  async function weigh(): Promise<'away' | 'answers' | 'unclear'> {
    const isEnough = row.length >= failures
    const isOneKey = new Set(row).size === 1
    if (isEnough && isOneKey && look) return (await doesAnswer(look)) ? 'answers' : 'away'
    return state === 'probing' || (isEnough && !isOneKey) ? 'away' : 'unclear'
  }

  async function count(error: unknown, key: string): Promise<void> {
    if (isNew(error)) row.push(key)
    const before = epoch
    const weight = await weigh()
    // somebody else's failure has decided meanwhile
    if (before !== epoch) return
    if (weight === 'answers') answered()
    if (weight === 'away') open(error)
  }

  async function failed(error: unknown, { key, signal }: Asked): Promise<void> {
    const verdict = judge(error, signal)
    if (verdict === 'outage') return count(error, key)
    if (state !== 'probing') return
    if (verdict === 'answer') answered()
    // a probe that was aborted has proven nothing
    else open(error)
  }

  function waitMs(): number {
    if (state === 'closed') return 0
    // while a probe is under way, nobody knows how long it takes
    return state === 'probing' ? firstWaitMs : Math.max(0, probeAt - Date.now())
  }

  return {
    waitMs,
    get downSince() {
      return downSince
    },
    async run(call, asked) {
      const retryAfterMs = waitMs()
      if (retryAfterMs > 0) {
        const message = 'The storage has been failing; it is left alone for now.'
        throw new StorageUnavailableError(message, { outage: true, retryAfterMs })
      }
      if (state === 'open') enter('probing')
      const began = epoch
      try {
        const value = await call()
        if (began === epoch) answered()
        return value
      } catch (error) {
        if (began === epoch) await failed(error, asked)
        throw error
      }
    },
  }
}

/** What an error tells about the storage. Whoever aborts may give any reason, also an error of the storage. */
function judge(error: unknown, signal?: AbortSignal): 'outage' | 'answer' | 'nothing' {
  if (signal?.aborted) return 'nothing'
  if (error instanceof StorageUnavailableError) return error.outage ? 'outage' : 'answer'
  return error instanceof StorageNotConfiguredError ? 'answer' : 'nothing'
}

/** Whether it is the first time; those who run together may all end with the error of one. */
function createNoveltyCheck(): (error: unknown) => boolean {
  const seen = new WeakSet<object>()
  return (error) => {
    const isNew = error instanceof Error && !seen.has(error)
    if (isNew) seen.add(error)
    return isNew
  }
}

const doesAnswer = (look: () => Promise<unknown>) =>
  look().then(
    () => true,
    (error) => error instanceof StorageNotConfiguredError,
  )

import { SourceUnavailableError } from '../../errors.ts'

export interface RunOptions {
  signal: AbortSignal
  /** what the host asks for between two requests, ms; counts where it is longer than the limiter's own gap */
  gapMs?: number
}

/** Keeps requests to other people's servers few and apart. */
export interface HostLimiter {
  /**
   * Runs the task when it is the host's turn; waiting takes no place from other hosts. Fails with a retryable
   * SourceUnavailableError when the host is held back for long, with the signal's reason when that comes first. The task
   * tells when its request has arrived, which the host's answer shows: the gap counts from there, so that requests
   * arrive as far apart as that, however long the way took. A host that is silent is asked again after 2 s.
   */
  run<T>(host: string, task: (arrived: () => void) => Promise<T>, options: RunOptions): Promise<T>
  /** begins no request to the host for that long */
  holdBack(host: string, ms: number): void
}

interface Limits {
  /** requests at once, over all hosts */
  atOnce?: number
  /** requests at once to one host, so that a slow one cannot take all places */
  atOncePerHost?: number
  /** between two requests to one host, ms */
  gapMs?: number
  /** whoever would wait longer for a host that is held back is sent away at once, ms */
  patienceMs?: number
}

interface Waiting {
  host: string
  gapMs: number
  start(): void
  refuse(error: Error): void
}

const clock = () => performance.now()

/** How long a request that is not answered keeps others from its host, ms. */
const silenceMs = 2_000

/** For one process. */
export function createHostLimiter({
  atOnce = 5,
  atOncePerHost = 2,
  gapMs = 200,
  patienceMs = 3_000,
}: Limits = {}): HostLimiter {
  let running = 0
  /** how many are at work for a host; hosts without any are not in it */
  const runningOf = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  const waiting = new Set<Waiting>()
  /** when the next request to a host may begin; hosts that may be asked now are not in it */
  const notBefore = new Map<string, number>()
  const heldUntil = new Map<string, number>()

  const msUntil = (host: string, times: Map<string, number>) => (times.get(host) ?? 0) - clock()
  const msUntilTurn = ({ host }: Waiting) => Math.max(msUntil(host, notBefore), msUntil(host, heldUntil))

  const hasPlace = ({ host }: Waiting) => running < atOnce && (runningOf.get(host) ?? 0) < atOncePerHost

  function startDue(): void {
    clearTimeout(timer)
    forgetPast(notBefore)
    forgetPast(heldUntil)
    for (const one of waiting) if (hasPlace(one) && msUntilTurn(one) <= 0) start(one)
    // who waits for a place is seen to when one is given back
    const coming = [...waiting].filter(hasPlace).map(msUntilTurn)
    if (coming.length > 0) timer = setTimeout(startDue, Math.min(...coming))
  }

  function start(one: Waiting): void {
    waiting.delete(one)
    running += 1
    runningOf.set(one.host, (runningOf.get(one.host) ?? 0) + 1)
    notBefore.set(one.host, clock() + Math.max(silenceMs, gapMs, one.gapMs))
    one.start()
  }

  function arrived(host: string, askedMs: number): void {
    notBefore.set(host, clock() + Math.max(gapMs, askedMs))
    startDue()
  }

  function end(host: string): void {
    running -= 1
    const left = (runningOf.get(host) ?? 0) - 1
    if (left > 0) runningOf.set(host, left)
    else runningOf.delete(host)
  }

  function turnOf(host: string, { signal, gapMs: asked = 0 }: RunOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        signal.removeEventListener('abort', abort)
        waiting.delete(one)
      }
      const abort = () => {
        leave()
        reject(signal.reason)
        // the timer may have been for this one
        startDue()
      }
      const one: Waiting = {
        host,
        gapMs: asked,
        start() {
          leave()
          resolve()
        },
        refuse(error) {
          leave()
          reject(error)
        },
      }
      signal.addEventListener('abort', abort)
      waiting.add(one)
      startDue()
    })
  }

  /** The error for whoever asks for a host that is held back for long. */
  function refusal(host: string): Error | null {
    const ms = Math.ceil(msUntil(host, heldUntil))
    if (ms <= patienceMs) return null
    const message = `The host ${host} asked to be left alone for another ${Math.ceil(ms / 1_000)} s.`
    return new SourceUnavailableError(message, { retryable: true, asked: false, retryAfterMs: ms })
  }

  return {
    async run(host, task, options) {
      options.signal.throwIfAborted()
      const refused = refusal(host)
      if (refused) throw refused
      await turnOf(host, options)
      // told late, it must not shorten the wait for a request that has begun meanwhile
      let told = false
      const tell = () => {
        if (!told) arrived(host, options.gapMs ?? 0)
        told = true
      }
      try {
        return await task(tell)
      } finally {
        tell()
        end(host)
        startDue()
      }
    },
    holdBack(host, ms) {
      heldUntil.set(host, Math.max(heldUntil.get(host) ?? 0, clock() + ms))
      const refused = refusal(host)
      if (refused) for (const one of waiting) if (one.host === host) one.refuse(refused)
    },
  }
}

function forgetPast(times: Map<string, number>): void {
  const now = clock()
  for (const [host, time] of times) if (time <= now) times.delete(host)
}

import { SourceUnavailableError } from '../../errors.ts'
import { orAborted } from '../or-aborted.ts'

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
   * arrive as far apart as that, however long the way took. A host that is silent is asked again after 2 s. The
   * signal that the task gets comes when that of the options does, or when the request may no longer be under way.
   */
  run<T>(host: string, task: Request<T>, options: RunOptions): Promise<T>
  /** begins no request to the host for that long */
  holdBack(host: string, ms: number): Promise<void>
}

type Request<T> = (arrived: () => void, signal: AbortSignal) => Promise<T>

export interface HostLimits {
  /** requests at once, over all hosts */
  atOnce: number
  /** requests at once to one host, so that a slow one cannot take all places */
  atOncePerHost: number
  /** between two requests to one host, ms */
  gapMs: number
  /** how long a request that is not answered keeps others from its host, ms */
  silenceMs: number
  /** whoever would wait longer for a host that is held back is sent away at once, ms */
  patienceMs: number
}

/** What several limiters share, so that they keep the limits together. */
export interface SharedPlaces {
  /** Takes a place for a request that begins now, or says how long to wait before the next try. */
  take(host: string, options: Required<RunOptions>): Promise<Place | Wait>
  holdBack(host: string, ms: number): Promise<void>
}

/** One request may be under way. */
export interface Place {
  /** that of the request, which also comes when others may have the place */
  signal: AbortSignal
  /** never fails: what is not known to have arrived counts as silent */
  arrived(): Promise<void>
  /** never fails */
  leave(): Promise<void>
}

export interface Wait {
  waitMs: number
  /** how long the host wants to be left alone, ms */
  heldMs: number
}

interface Waiting {
  host: string
  gapMs: number
  start(): void
  refuse(error: Error): void
}

const clock = () => performance.now()

const nothing = async () => {}
const unshared: SharedPlaces = {
  take: async (_host, { signal }) => ({ signal, arrived: nothing, leave: nothing }),
  holdBack: nothing,
}

export const usualLimits: HostLimits = {
  atOnce: 5,
  atOncePerHost: 2,
  gapMs: 200,
  silenceMs: 2_000,
  patienceMs: 3_000,
}

/** For one process, or with shared places for those who share them. */
export function createHostLimiter(limits: Partial<HostLimits> = {}, places = unshared): HostLimiter {
  const { atOnce, atOncePerHost, gapMs, silenceMs, patienceMs } = { ...usualLimits, ...limits }
  let running = 0
  /** how many are at work for a host; hosts without any are not in it */
  const runningOf = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  const waiting = new Set<Waiting>()
  /** when the next request to a host may begin, and the last one that has; hosts that may be asked now are not in it */
  const turns = new Map<string, { until: number; last: Waiting }>()
  const held = new Map<string, { until: number }>()

  const msUntil = (host: string, times: Map<string, { until: number }>) => (times.get(host)?.until ?? 0) - clock()
  const msUntilTurn = ({ host }: Waiting) => Math.max(msUntil(host, turns), msUntil(host, held))

  const hasPlace = ({ host }: Waiting) => running < atOnce && (runningOf.get(host) ?? 0) < atOncePerHost

  function startDue(): void {
    clearTimeout(timer)
    forgetPast(turns)
    forgetPast(held)
    for (const one of waiting) if (hasPlace(one) && msUntilTurn(one) <= 0) start(one)
    // who waits for a place is seen to when one is given back
    const coming = [...waiting].filter(hasPlace).map(msUntilTurn)
    if (coming.length > 0) timer = setTimeout(startDue, Math.min(...coming))
  }

  function start(one: Waiting): void {
    waiting.delete(one)
    running += 1
    runningOf.set(one.host, (runningOf.get(one.host) ?? 0) + 1)
    turns.set(one.host, { until: clock() + Math.max(silenceMs, one.gapMs), last: one })
    one.start()
  }

  /** The next request to its host begins no sooner; once another one has begun, that is not brought forward. */
  function keepOff(one: Waiting, ms: number): void {
    const until = clock() + ms
    const known = turns.get(one.host)
    if (known && known.last !== one) known.until = Math.max(known.until, until)
    else turns.set(one.host, { until, last: one })
    startDue()
  }

  function end({ host }: Waiting): void {
    running -= 1
    const left = (runningOf.get(host) ?? 0) - 1
    if (left > 0) runningOf.set(host, left)
    else runningOf.delete(host)
    startDue()
  }

  function turnOf(host: string, { signal, gapMs }: Required<RunOptions>): Promise<Waiting> {
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
        gapMs,
        start() {
          leave()
          resolve(one)
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

  /** Waits as often as others are faster. */
  async function placeFor(host: string, options: Required<RunOptions>): Promise<{ one: Waiting; place: Place }> {
    for (;;) {
      options.signal.throwIfAborted()
      const refused = refusal(host)
      if (refused) throw refused
      const one = await turnOf(host, options)
      try {
        const taking = places.take(host, options)
        const taken = await orAborted(taking, options.signal, (late) => 'leave' in late && void late.leave())
        if ('leave' in taken) return { one, place: taken }
        holdLocally(host, taken.heldMs)
        keepOff(one, taken.waitMs)
      } catch (error) {
        end(one)
        throw error
      }
      end(one)
    }
  }

  /** The error for whoever asks for a host that is held back for long. */
  function refusal(host: string): Error | null {
    const ms = Math.ceil(msUntil(host, held))
    if (ms <= patienceMs) return null
    const message = `The host ${host} asked to be left alone for another ${Math.ceil(ms / 1_000)} s.`
    return new SourceUnavailableError(message, { retryable: true, asked: false, retryAfterMs: ms })
  }

  function holdLocally(host: string, ms: number): void {
    held.set(host, { until: Math.max(held.get(host)?.until ?? 0, clock() + ms) })
    const refused = refusal(host)
    if (refused) for (const one of waiting) if (one.host === host) one.refuse(refused)
  }

  return {
    async run(host, task, { signal, gapMs: asked = 0 }) {
      const options = { signal, gapMs: Math.max(gapMs, asked) }
      const { one, place } = await placeFor(host, options)
      let told: Promise<void> | undefined
      const tell = () => {
        told ??= place.arrived().then(() => keepOff(one, options.gapMs))
      }
      try {
        return await task(tell, place.signal)
      } finally {
        tell()
        await told
        await place.leave()
        end(one)
      }
    },
    holdBack(host, ms) {
      holdLocally(host, ms)
      return places.holdBack(host, ms)
    },
  }
}

function forgetPast(times: Map<string, { until: number }>): void {
  const now = clock()
  for (const [host, { until }] of times) if (until <= now) times.delete(host)
}

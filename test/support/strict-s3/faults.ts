/** What can go wrong with one request. */
export type Fault =
  | '409'
  | '429'
  | '500'
  | '503'
  /** what a proxy says when the storage behind it is gone: a page, not XML */
  | '502 page'
  | 'reset before body'
  /** the body was read and nothing is stored */
  | 'reset after body'
  /** it was done, and nobody hears of it */
  | 'lost answer'
  /** half an object, then the end of the connection */
  | 'truncated GET'
  /** half an object, then silence */
  | 'stalled GET'
  /** silence */
  | 'stall'
  /** an answer after 600 ms */
  | 'slow'
  /** half an object, then the rest after 600 ms */
  | 'slow GET'

export interface FaultOptions {
  /** s, with 429 and 503 */
  retryAfter?: number
  /** only requests with this method, which the fault waits for */
  method?: string
}

export interface PlannedFault extends FaultOptions {
  fault: Fault
}

interface RandomFaults {
  /** of all requests, 0 to 1 */
  rate: number
  seed: number
  faults: readonly Fault[]
}

/** Faults that are waited for come first, then those by chance. */
export function createFaults() {
  const planned: PlannedFault[] = []
  /** by bucket/key: each PUT of it fails so */
  const refuse = new Map<string, Fault>()
  let byChance: (RandomFaults & { random: () => number }) | null = null

  return {
    refuse,
    failNext(fault: Fault, options: FaultOptions = {}): void {
      planned.push({ fault, ...options })
    },
    /** Until null is given. */
    failAtRandom(faults: RandomFaults | null): void {
      byChance = faults && { ...faults, random: createRandom(faults.seed) }
    },
    /** The fault of this request, if any; takes it off the plan. */
    next(method: string, name: string): PlannedFault | null {
      const always = method === 'PUT' ? refuse.get(name) : undefined
      if (always) return { fault: always }
      const isObject = name.includes('/')
      const suits = (fault: Fault) => !fault.endsWith('GET') || (method === 'GET' && isObject)
      const index = planned.findIndex((each) => suits(each.fault) && (each.method ?? method) === method)
      if (index >= 0) return planned.splice(index, 1)[0] ?? null
      if (!byChance || byChance.random() >= byChance.rate) return null
      const possible = byChance.faults.filter(suits)
      const fault = possible[Math.floor(byChance.random() * possible.length)]
      return fault ? { fault } : null
    },
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

import { type Observations, type Observe, resultOf, timed } from '../observations.ts'
import type { D1 } from './d1.ts'

/** Measures the calls to D1, the wait for its limit of requests included. */
export function observeD1(d1: D1, observe: Observe): D1 {
  const time = <T>(operation: Observations['d1']['operation'], call: () => Promise<T>) =>
    timed(call, (error, seconds) => observe('d1', { operation, result: resultOf(error) }, seconds))
  return {
    place: d1.place,
    upsert: (rows, signal) => time('upsert', () => d1.upsert(rows, signal)),
    read: (after, limit, signal) => time('read', () => d1.read(after, limit, signal)),
    check: (signal) => time('check', () => d1.check(signal)),
    [Symbol.asyncDispose]: () => d1[Symbol.asyncDispose](),
  }
}

import fc from 'fast-check'
import { FoundError } from './judge.ts'
import type { FuzzedService } from './service.ts'
import { count } from './tally.ts'

export interface Trial<T> {
  name: string
  input: fc.Arbitrary<T>
  /** before the first batch, and what a batch may have undone */
  prepare?(): Promise<void>
  /** sends one; throws FoundError */
  attempt(input: T): Promise<void>
  /** as it is printed */
  describe(input: T): string
}

export interface Bounds {
  seed: number
  /** batches */
  runs: number
  /** no batch is begun after so long, ms */
  timeMs: number
  /** one batch only, by the way to it that was printed when it did harm */
  path?: string | undefined
}

export interface Tried {
  name: string
  inputs: number
  /** what was found, the smallest input that shows it, and the command that sends it again; null: nothing */
  found: string | null
}

/** Sent at once, so that it takes less long, and so that they meet. */
const atOnce = 8

/** Sends batches of inputs until the bounds are reached or one shows a fault, which is then made as small as it goes. */
export async function tryOut<T>(
  service: FuzzedService,
  trial: Trial<T>,
  { seed, runs, timeMs, path }: Bounds,
): Promise<Tried> {
  let inputs = 0
  await trial.prepare?.()
  const batch = fc.array(trial.input, { minLength: 1, maxLength: atOnce, size: 'max' })
  const property = fc.asyncProperty(batch, async (list) => {
    await service.revive()
    inputs += list.length
    count('inputs', trial.name, list.length)
    const results = await Promise.allSettled(list.map((input) => trial.attempt(input)))
    const complaints = service.complaints()
    if (complaints.length > 0) throw new FoundError(complaints.join('\n'))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  })
  const once = path === undefined ? { numRuns: runs } : { numRuns: 1, path, endOnFailure: true }
  const details = await fc.check(property, { seed, interruptAfterTimeLimit: timeMs, ...once })
  // one that was interrupted in its first batch has failed too, but nothing was found
  if (!details.counterexample) return { name: trial.name, inputs, found: null }
  const [smallest] = details.counterexample
  const texts = smallest.map((input) => trial.describe(input))
  const why = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance)
  const again = `npm run test:fuzz -- --only ${trial.name} --seed ${details.seed} --path ${details.counterexamplePath}`
  return { name: trial.name, inputs, found: [`${trial.name}: ${why}`, ...texts, again].join('\n  ') }
}

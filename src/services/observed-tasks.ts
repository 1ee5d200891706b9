import type { Log } from '../log.ts'
import { type Claim, kindOf, taskNames } from './claims.ts'
import type { Observe, TaskOutcome } from './observations.ts'
import type { TaskFailure, Tasks } from './tasks.ts'

/** Counts and logs how each attempt at a task ends, once that is committed. */
export function observeTasks(tasks: Tasks, observe: Observe, log: Log): Tasks {
  function count(claim: Claim, outcome: TaskOutcome, failure?: TaskFailure): void {
    observe('task', { kind: kindOf(claim), outcome, code: failure?.code ?? '' })
  }

  function tellFailure(claim: Claim, level: 'info' | 'warn', outcome: TaskOutcome, failure: TaskFailure): void {
    count(claim, outcome, failure)
    const { code, stage, message, httpStatus } = failure
    const facts = { ...taskNames(claim), attempt: claim.attempt, code, stage, reason: message, httpStatus }
    log[level](facts, `a task ${outcome}`)
  }

  function tell(claim: Claim, outcome: TaskOutcome, facts: object = {}): void {
    count(claim, outcome)
    log.debug({ ...taskNames(claim), ...facts }, `a task ${outcome}`)
  }

  return {
    ...tasks,
    async succeed(claim, rest) {
      await tasks.succeed(claim, rest)
      tell(claim, 'succeeded', { durations: claim.clock.read() })
    },
    async skip(claim, reason) {
      await tasks.skip(claim, reason)
      tell(claim, 'skipped', { reason })
    },
    async fail(claim, failure) {
      await tasks.fail(claim, failure)
      tellFailure(claim, 'warn', 'failed', failure)
    },
    async cancel(claim) {
      await tasks.cancel(claim)
      tell(claim, 'cancelled')
    },
    async retry(claim, failure, at) {
      await tasks.retry(claim, failure, at)
      tellFailure(claim, 'info', 'retried', failure)
    },
    async park(claim, failure, at) {
      await tasks.park(claim, failure, at)
      tellFailure(claim, 'info', 'parked', failure)
    },
    async requeue(claim, death) {
      await tasks.requeue(claim, death)
      tell(claim, 'requeued', death && { death })
    },
  }
}

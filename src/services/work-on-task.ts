import { type Claim, type ImageClaim, kindOf } from './claims.ts'
import { type Observe, timed } from './observations.ts'
import { firstScope, isPage } from './run-scope.ts'
import type { SettleTask } from './settle-task.ts'
import { createStages, type Stages } from './stages.ts'

/** The work of one kind of task, from its claim to its end; whatever it throws is settled by the caller. */
export type Job<C extends Claim = Claim> = (claim: C, signal: AbortSignal, stages: Stages) => Promise<void>

interface Jobs {
  /** brings an image to what its run asks for */
  image: Job<ImageClaim>
  /** takes in what an address holds; the task then is one about an image */
  source: Job
  /** looks for objects that nothing names */
  orphans: Job
  /** reads a page of a venue */
  page: Job
  /** takes in the picture of an artist at a venue; the task then is one about an image */
  picture: Job
  /** sends venue events to D1 */
  sync: Job
}

interface Deps {
  jobs: Jobs
  settle: SettleTask
  observe: Observe
}

/** Works on a claimed task, whatever it is about. Never throws. */
export function createWorkOnTask({ jobs, settle, observe }: Deps) {
  function run(claim: Claim, signal: AbortSignal, stages: Stages): Promise<void> {
    if (claim.image) return jobs.image({ ...claim, image: claim.image }, signal, stages)
    return jobOf(claim)(claim, signal, stages)
  }

  function jobOf({ scope, subject }: Claim): Job {
    const { kind } = firstScope(scope)
    if (kind === 'SCRAPE') return isPage(subject) ? jobs.page : jobs.picture
    if (kind === 'SYNC') return jobs.sync
    return kind === 'IMPORT' ? jobs.source : jobs.orphans
  }

  async function work(claim: Claim, signal: AbortSignal): Promise<void> {
    const stages = createStages(claim.clock, observe)
    try {
      await run(claim, signal, stages)
    } catch (error) {
      await settle(claim, error, signal, stages.failedAt ?? 'PREPARE')
    }
  }

  return (claim: Claim, signal: AbortSignal): Promise<void> =>
    timed(
      () => work(claim, signal),
      (_error, seconds) => observe('work', { kind: kindOf(claim) }, seconds),
    )
}

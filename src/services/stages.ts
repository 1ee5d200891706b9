import type { TaskStage } from '../generated/sqlite/client.ts'
import { type Observe, outcomeOf, timed } from './observations.ts'
import type { StageClock } from './stage-clock.ts'

export type Stages = ReturnType<typeof createStages>

/** The variant that a step is about. */
interface About {
  recipe: string
  format: string
}

/** Tells the clock of each step, and remembers the stage of the first error. */
export function createStages(clock: StageClock, observe: Observe) {
  const stages = {
    failedAt: null as TaskStage | null,
    run<T>(stage: TaskStage, step: () => Promise<T>, { recipe, format }: About = aboutAll): Promise<T> {
      const leave = clock.enter(stage)
      return timed(step, (error, seconds) => {
        leave()
        if (error !== null) stages.failedAt ??= stage
        observe('stage', { stage, recipe, format, outcome: outcomeOf(error) }, seconds)
      })
    },
  }
  return stages
}

const aboutAll: About = { recipe: '', format: '' }

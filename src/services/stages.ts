import type { TaskStage } from '../generated/sqlite/client.ts'
import { type Observe, outcomeOf, timed } from './observations.ts'

export type Stages = ReturnType<typeof createStages>

/** The variant that a step is about. */
interface About {
  recipe: string
  format: string
}

/** Milliseconds by stage, summed over what ran side by side, and the stage of the first error. */
export function createStages(observe: Observe) {
  const stages = {
    durations: {} as Record<string, number>,
    failedAt: null as TaskStage | null,
    run<T>(stage: TaskStage, step: () => Promise<T>, { recipe, format }: About = aboutAll): Promise<T> {
      return timed(step, (error, seconds) => {
        if (error !== null) stages.failedAt ??= stage
        stages.durations[stage] = Math.round((stages.durations[stage] ?? 0) + seconds * 1_000)
        observe('stage', { stage, recipe, format, outcome: outcomeOf(error) }, seconds)
      })
    },
  }
  return stages
}

const aboutAll: About = { recipe: '', format: '' }

import type { TaskStage } from '../generated/sqlite/client.ts'

export type Stages = ReturnType<typeof createStages>

/** Milliseconds by stage, summed over what ran side by side, and the stage of the first error. */
export function createStages() {
  const stages = {
    durations: {} as Record<string, number>,
    failedAt: null as TaskStage | null,
    async run<T>(stage: TaskStage, step: () => Promise<T>): Promise<T> {
      const since = performance.now()
      try {
        return await step()
      } catch (error) {
        stages.failedAt ??= stage
        throw error
      } finally {
        stages.durations[stage] = Math.round((stages.durations[stage] ?? 0) + performance.now() - since)
      }
    },
  }
  return stages
}

import type { TaskStage } from '../generated/sqlite/client.ts'

/** Milliseconds by stage. */
export type Durations = { [stage in TaskStage]?: number }

/** Where the time of an attempt goes, from its claim on. */
export interface StageClock {
  /** a step of this stage begins; call what is returned at its end */
  enter(stage: TaskStage): () => void
  /** whole milliseconds so far, which add up to all that have passed */
  read(): Durations
}

/**
 * Steps of several stages go on side by side (a unit is encoded while another is stored), so each moment is shared by
 * those that are in work then. Between steps only the database is at work: before the first of them the attempt is
 * being prepared, after it something is recorded.
 */
export function createStageClock(now: () => number = () => performance.now()): StageClock {
  const spent = new Map<TaskStage, number>()
  const steps = new Map<TaskStage, number>()
  let between: TaskStage = 'PREPARE'
  let since = now()

  const add = (counts: Map<TaskStage, number>, stage: TaskStage, count: number) =>
    counts.set(stage, (counts.get(stage) ?? 0) + count)

  function share(): void {
    const ms = now() - since
    if (ms === 0) return
    since += ms
    const all = [...steps.values()].reduce((sum, count) => sum + count, 0)
    if (all === 0) add(spent, between, ms)
    else for (const [stage, count] of steps) add(spent, stage, (ms * count) / all)
  }

  return {
    enter(stage) {
      share()
      between = 'PERSIST'
      add(steps, stage, 1)
      return () => {
        share()
        add(steps, stage, -1)
      }
    },
    read() {
      share()
      return roundTogether(spent)
    },
  }
}

/** Rounded so that the sum is the rounded sum. */
function roundTogether(spent: ReadonlyMap<TaskStage, number>): Durations {
  const durations: Durations = {}
  let sum = 0
  for (const [stage, ms] of spent) {
    const before = Math.round(sum)
    sum += ms
    durations[stage] = Math.round(sum) - before
  }
  return durations
}

interface Work {
  plannedWork: number
  doneWork: number
  finishedAt: Date | null
}

/** 0..1; floating sums may end a hair off, an ended run does not. */
export function progressOf({ plannedWork, doneWork, finishedAt }: Work): number {
  if (plannedWork === 0) return finishedAt ? 1 : 0
  return Math.min(1, doneWork / plannedWork)
}

/** Seconds left at the pace so far, or null. */
export function etaSeconds(run: Work & { startedAt: Date | null }, nowMs: number): number | null {
  if (!run.startedAt || run.finishedAt || run.doneWork === 0) return null
  const spentSeconds = (nowMs - run.startedAt.getTime()) / 1000
  return Math.max(0, (spentSeconds * (run.plannedWork - run.doneWork)) / run.doneWork)
}

import type { Run, RunOutcome } from '../generated/sqlite/client.ts'
import type { Tx } from './db/open-db.ts'

/** What is told of a run that ended so. */
export const outcomeMessages: Record<RunOutcome, string> = {
  CLEAN: 'Everything is done.',
  WITH_ISSUES: 'Everything is done; some images have warnings, needed another attempt, or differed in storage.',
  WITH_FAILURES: 'Done, but some tasks failed.',
  ALL_FAILED: 'Every task failed.',
  NOTHING_TO_DO: 'There was nothing to do.',
}

/** Of a run whose tasks are all over. */
export function outcomeOf({ totalCount, skippedCount, failedCount, hasIssues }: Run): RunOutcome {
  if (skippedCount === totalCount && !(hasIssues && totalCount > 0)) return 'NOTHING_TO_DO'
  if (failedCount === totalCount) return 'ALL_FAILED'
  if (failedCount > 0) return 'WITH_FAILURES'
  return hasIssues ? 'WITH_ISSUES' : 'CLEAN'
}

/** What the first tasks of a run in which nothing worked say most often; so a storage that is gone is seen at a glance. */
export async function commonError(tx: Tx, { id, totalCount }: Run): Promise<string> {
  const tasks = await tx.task.findMany({
    where: { runId: id },
    orderBy: { position: 'asc' },
    take: 100,
    select: { errorMessage: true },
  })
  const counts = new Map<string, number>()
  for (const { errorMessage } of tasks) counts.set(errorMessage ?? '', (counts.get(errorMessage ?? '') ?? 0) + 1)
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  return `Every task failed${totalCount > 1 ? ', most of them so' : ''}: ${most?.[0]}`
}

import type { ErrorCode } from '../errors.ts'
import type { TaskStage } from '../generated/sqlite/client.ts'
import type { Db } from './db/open-db.ts'

/** Tasks of a run that failed with the same code; message, stage and retryable are those of the first. */
export interface FailureGroup {
  code: ErrorCode
  count: number
  message: string
  stage: TaskStage | null
  retryable: boolean
}

/** Most frequent first. */
export async function failuresOf(db: Db, runId: string): Promise<FailureGroup[]> {
  const groups = await db.task.groupBy({
    by: ['errorCode'],
    where: { runId, status: 'FAILED' },
    _count: true,
    _min: { position: true },
    orderBy: [{ _count: { errorCode: 'desc' } }, { errorCode: 'asc' }],
  })
  const firsts = await db.task.findMany({
    where: { runId, position: { in: groups.flatMap(({ _min }) => _min.position ?? []) } },
    select: { errorCode: true, errorMessage: true, errorStage: true, retryable: true },
  })
  return groups.map(({ errorCode, _count: count }) => {
    const first = firsts.find((task) => task.errorCode === errorCode)
    return {
      code: (errorCode ?? 'INTERNAL_ERROR') as ErrorCode,
      count,
      message: first?.errorMessage ?? '',
      stage: first?.errorStage ?? null,
      retryable: first?.retryable ?? false,
    }
  })
}

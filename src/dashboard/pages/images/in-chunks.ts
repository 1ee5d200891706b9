import type { Outcome } from '../../api/image-actions.ts'

export interface Result {
  /** those to which it was done */
  done: readonly string[]
  runIds: readonly string[]
  /** why it ended before the last one */
  refused: string | null
}

/** Does something to many, so many a call and one call after the other, until one is refused. */
export async function inChunks(
  ids: readonly string[],
  size: number,
  act: (ids: readonly string[]) => Promise<Outcome>,
  onProgress: (done: number) => void,
): Promise<Result> {
  const runIds: string[] = []
  for (let from = 0; from < ids.length; from += size) {
    const chunk = ids.slice(from, from + size)
    const { runId, refused } = await act(chunk)
    if (refused !== null) return { done: ids.slice(0, from), runIds, refused }
    if (runId) runIds.push(runId)
    onProgress(from + chunk.length)
  }
  return { done: ids, runIds, refused: null }
}

import { collectHanded } from './collect.ts'
import { DamagedImageError, decode, encode } from './pixels.ts'
import type { ThreadResult, ThreadTask } from './protocol.ts'

/** The pool's entry: runs one task of pixels in this thread. */
export default async function runTask(task: ThreadTask): Promise<ThreadResult> {
  try {
    if (task.kind === 'decode') return { kind: 'decoded', ...(await decode(task.request)) }
    return { kind: 'encoded', encoded: await encode(task.image, task.unit) }
  } catch (error) {
    if (error instanceof DamagedImageError) return { kind: 'damaged', message: error.message }
    throw error
  } finally {
    collectHanded()
  }
}

import { move } from 'piscina'
import { decode, encode } from './pixels.ts'
import type { ThreadTask } from './protocol.ts'

/** The pool's entry: runs one task of pixels in this thread. */
export default async function runTask(task: ThreadTask) {
  if (task.kind === 'decode') return decode(task.request)
  const encoded = await encode(task.image, task.unit)
  move(encoded.bytes)
  return encoded
}

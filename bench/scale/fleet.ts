import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { cpuSeconds } from '../processes.ts'
import type { Answer, Order } from './messages.ts'

const file = fileURLToPath(new URL('./process.ts', import.meta.url))

export interface Fleet extends AsyncDisposable {
  /** tells the first `count` processes at once; their answers */
  tell(order: Order, count?: number): Promise<Answer[]>
  /** of all of them so far */
  cpuSeconds(): number
}

/** So many processes that work on one database, and one Redis, as workers on other machines would; they rest until they are told. */
export async function startFleet(urls: readonly string[], size: number): Promise<Fleet> {
  const children = Array.from({ length: size }, () => fork(file, urls))
  const end = async () => {
    const ended = children.map((child) => child.exitCode === null && once(child, 'exit'))
    for (const child of children) child.kill()
    await Promise.all(ended)
  }
  try {
    await Promise.all(children.map(answerOf))
  } catch (error) {
    await end()
    throw error
  }
  return {
    tell: (order, count = size) =>
      Promise.all(
        children.slice(0, count).map((child) => {
          const answer = answerOf(child)
          child.send(order)
          return answer
        }),
      ),
    cpuSeconds: () => children.reduce((sum, { pid = 0 }) => sum + cpuSeconds(pid), 0),
    [Symbol.asyncDispose]: end,
  }
}

function answerOf(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`A process of the fleet ended with ${child.exitCode ?? child.signalCode}.`))
    child.once('exit', ended)
    child.once('message', (answer: Answer) => {
      child.off('exit', ended)
      resolve(answer)
    })
  })
}

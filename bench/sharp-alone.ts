import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Measured, type Output, outputName } from './measured.ts'
import { watchMemory } from './processes.ts'
import type { Work } from './work.ts'

const file = fileURLToPath(new URL('./sharp-loops.mjs', import.meta.url))

/** `once`: each photograph decoded once. `encoders`: only what comes after that. `naive`: a pipeline per variant. */
export type Loop = 'once' | 'encoders' | 'naive'

type Message =
  | { kind: 'ready' }
  | ({ kind: 'measured' } & Pick<Measured, 'ms' | 'latenciesMs' | 'cpuSeconds' | 'bytes'>)
  | { kind: 'made'; outputs: { photo: string; unit: string; output: Output }[] }

/** The same variants by sharp, in a process that does nothing else: no upload, no database, nothing stored. */
export async function measureSharp(loop: Loop, { photos, warmUp }: Work): Promise<Measured> {
  const env = { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '4' }
  const child = fork(file, [loop], { execArgv: [], env })
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`The process that runs sharp alone ended with ${code}.`)
  })
  exited.catch(() => {})
  const messages = on(child, 'message')
  async function next<K extends Message['kind']>(kind: K): Promise<Extract<Message, { kind: K }>> {
    const { value } = await Promise.race([messages.next(), exited])
    const [message] = value as [Message]
    if (message.kind !== kind) throw new Error(`The process that runs sharp alone said ${message.kind}, not ${kind}.`)
    return message as Extract<Message, { kind: K }>
  }
  try {
    child.send({ photos, warmUp })
    await next('ready')
    const memory = watchMemory(() => [child.pid ?? 0])
    child.send('go')
    const { kind: _, ...measured } = await next('measured')
    const peakRssMb = memory.stop()
    const { outputs } = await next('made')
    const named = outputs.map(({ photo, unit, output }) => [outputName(photo, unit), output] as const)
    return { ...measured, peakRssMb, loopP99Ms: null, outputs: new Map(named) }
  } finally {
    child.kill()
  }
}

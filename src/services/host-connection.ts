import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import os from 'node:os'
import type { HostReply, HostRequest } from '../workers/protocol.ts'
import { hostFile, hostLoader } from './host-program.ts'

interface DeathFacts {
  /** it was at work on this image then, which may be why */
  inHost: boolean
  /** and no other image was open */
  alone?: boolean
  cause?: unknown
}

/** The host process ended. */
export class HostDiedError extends Error {
  override readonly name = 'HostDiedError'
  readonly inHost: boolean
  readonly alone: boolean
  constructor(message: string, { inHost, alone = false, cause }: DeathFacts) {
    super(message, { cause })
    this.inHost = inHost
    this.alone = alone
  }
}

type Unsent<T> = T extends { id: number } ? Omit<T, 'id'> : never

export interface HostConnection {
  readonly pid: number | undefined
  /** versions of what encodes; fails when the host ends before it has said them */
  readonly encoder: Promise<string>
  isOpen(): boolean
  /** it has said that it can work, and has not ended since */
  isReady(): boolean
  /** fails with HostDiedError */
  ask(request: Unsent<HostRequest>): Promise<HostReply>
  /** ends the process, whatever it is at */
  kill(reason: string): Promise<void>
}

interface Waiting {
  resolve(reply: HostReply): void
  reject(error: Error): void
}

/** Lower than the service's, so that it answers quickly beside busy encoders (nice). */
const hostPriority = 10

const execArgv = [
  // pixels are freed when an image is closed, not when a collector comes by
  '--expose-gc',
  ...hostLoader,
]

function forkHost(threads: number) {
  const child = fork(hostFile, [String(threads)], {
    serialization: 'advanced',
    execArgv,
    // nothing of ours: no secrets where untrusted bytes are decoded
    env: {
      // every thread of the pool keeps one libuv thread busy; the rest is for files
      UV_THREADPOOL_SIZE: String(threads + 4),
      // measured: a third of the memory that glibc keeps otherwise, and no growth, at no cost in speed
      MALLOC_ARENA_MAX: '2',
      MALLOC_TRIM_THRESHOLD_: '131072',
      MALLOC_MMAP_THRESHOLD_: '131072',
    },
  })
  // now: threads take over the priority of the thread that starts them
  if (child.pid) os.setPriority(child.pid, hostPriority)
  if (child.pid) offerToOutOfMemory(child.pid)
  return child
}

/** Where memory runs out, Linux ends the host before the service, which starts another (proc_pid_oom_score_adj(5)). */
function offerToOutOfMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '800')
  } catch {
    // another system, or it has ended already
  }
}

interface Options {
  threads: number
  /** images in the host, at this moment */
  openImages: () => number
  /** hears of its end once */
  onEnd: (end: { reason: string; wasReady: boolean; wasKilled: boolean }) => void
}

/** Starts a host process and speaks to it. */
export function connectToHost({ threads, openImages, onEnd }: Options): HostConnection {
  const child = forkHost(threads)
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let ready = false
  let over = false
  let wasAlone = false
  let wasIdle = false
  let killedFor: string | null = null

  const encoder = new Promise<string>((resolve, reject) => {
    waiting.set(0, { resolve: (reply) => resolve(reply.kind === 'ready' ? reply.encoder : ''), reject })
  })
  // who asks for it gets the error; without anyone asking it must not end the process
  encoder.catch(() => {})

  function end(reason: string): void {
    if (over) return
    over = true
    wasAlone = openImages() === 1
    wasIdle = waiting.size === 0
    for (const { reject } of waiting.values()) {
      reject(new HostDiedError(`The image host ended (${reason}).`, { inHost: ready, alone: wasAlone }))
    }
    waiting.clear()
    onEnd({ reason, wasReady: ready, wasKilled: killedFor !== null })
  }

  child.on('message', (reply: HostReply) => {
    ready = true
    waiting.get(reply.id)?.resolve(reply)
    waiting.delete(reply.id)
  })
  child.on('error', (error) => end(error.message))
  child.once('exit', (code, signal) => end(killedFor ?? signal ?? `exit code ${code}`))

  return {
    pid: child.pid,
    encoder,
    isOpen: () => !over && child.connected,
    isReady: () => ready && !over && child.connected,
    ask(request) {
      lastId += 1
      const id = lastId
      return new Promise((resolve, reject) => {
        // what it was at has ended it, as a rule; when it was at nothing, one of the images that were open in it has
        const inHost = over && wasIdle && request.kind !== 'open'
        const refuse = (cause?: unknown) =>
          reject(new HostDiedError('The image host ended.', { inHost, alone: wasAlone, cause }))
        if (over || !child.connected) return refuse()
        waiting.set(id, { resolve, reject })
        child.send({ ...request, id } as HostRequest, (error) => {
          if (error && waiting.delete(id)) refuse(error)
        })
      })
    },
    async kill(reason) {
      if (over || child.pid === undefined) return
      killedFor = reason
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

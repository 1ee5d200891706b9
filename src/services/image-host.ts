import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import PQueue from 'p-queue'
import { CorruptImageError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { DecodeRequest, Encoded, EncodeUnit, HostReply, HostRequest, ImageFacts } from '../workers/protocol.ts'

/** The host process ended while it held this image; nothing is known against the image yet. */
export class HostDiedError extends Error {
  override readonly name = 'HostDiedError'
}

export interface OpenImage extends AsyncDisposable {
  facts: ImageFacts
  /** the signal is looked at before the unit starts; a started unit runs to its end */
  encode(unit: EncodeUnit, signal: AbortSignal): Promise<Encoded>
}

export interface ImageHost extends AsyncDisposable {
  /** decodes once; throws CorruptImageError, HostDiedError */
  open(request: DecodeRequest, signal: AbortSignal): Promise<OpenImage>
  /** versions of what encodes, once the host has said them */
  encoder(): Promise<string>
  readonly pid: number | undefined
}

interface Waiting {
  resolve(reply: HostReply): void
  reject(error: Error): void
}

interface Connection {
  child: ChildProcess
  waiting: Map<number, Waiting>
  encoder: Promise<string>
}

type Unsent<T> = T extends { id: number } ? Omit<T, 'id'> : never

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const hostFile = fileURLToPath(new URL(`../workers/host.${extension}`, import.meta.url))
// Node 20 runs no TypeScript by itself
const execArgv =
  extension === 'ts' ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : []

/**
 * Supervises the one image host process: starts it, starts it anew when it dies, and hands it as many units as it has
 * threads, decodes first and then the smallest, whichever image they belong to.
 */
export function createImageHost({ threads, log }: { threads: number; log: Log }): ImageHost {
  const slots = new PQueue({ concurrency: threads })
  let lastId = 0
  let disposed = false
  let connection = connect()

  function connect(): Connection {
    const child = fork(hostFile, [String(threads)], {
      serialization: 'advanced',
      execArgv,
      // nothing of ours: no secrets where untrusted bytes are decoded
      env: {
        // every thread of the pool keeps one libuv thread busy; the rest is for files
        UV_THREADPOOL_SIZE: String(threads + 4),
        // measured: halves the memory that glibc keeps, at no cost in speed
        MALLOC_ARENA_MAX: '2',
      },
    })
    const waiting = new Map<number, Waiting>()
    const encoder = new Promise<string>((resolve, reject) => {
      waiting.set(0, {
        resolve: (reply) => resolve(reply.kind === 'ready' ? reply.encoder : ''),
        reject,
      })
    })
    // who asks for the encoder gets the error; without anyone asking it must not end the process
    encoder.catch(() => {})
    child.on('message', (reply: HostReply) => {
      waiting.get(reply.id)?.resolve(reply)
      waiting.delete(reply.id)
    })
    child.once('error', (error) => log.error({ err: error }, 'the image host cannot be started'))
    child.once('exit', (code, signal) => {
      const reason = signal ?? `exit code ${code}`
      for (const { reject } of waiting.values()) reject(new HostDiedError(`The image host ended (${reason}).`))
      waiting.clear()
      if (disposed) return
      log.warn({ reason }, 'the image host ended; starting it anew')
      connection = connect()
    })
    return { child, waiting, encoder }
  }

  function ask(to: Connection, request: Unsent<HostRequest>): Promise<HostReply> {
    lastId += 1
    const id = lastId
    return new Promise((resolve, reject) => {
      if (to !== connection || !to.child.connected) {
        reject(new HostDiedError('The image host ended.'))
        return
      }
      to.waiting.set(id, { resolve, reject })
      to.child.send({ ...request, id } as HostRequest, (error) => {
        if (!error) return
        to.waiting.delete(id)
        reject(new HostDiedError('The image host cannot be reached.', { cause: error }))
      })
    })
  }

  return {
    get pid() {
      return connection.child.pid
    },
    encoder: () => connection.encoder,
    async open(request, signal) {
      const owner = connection
      const reply = await slots.add(
        () => {
          signal.throwIfAborted()
          return ask(owner, { kind: 'open', request })
        },
        { priority: 0 },
      )
      const { handle, facts } = expectKind(reply, 'opened')
      return {
        facts,
        async encode(unit, unitSignal) {
          const encoded = await slots.add(
            () => {
              unitSignal.throwIfAborted()
              return ask(owner, { kind: 'encode', handle, unit })
            },
            { priority: -unit.width * unit.height },
          )
          return expectKind(encoded, 'encoded').encoded
        },
        async [Symbol.asyncDispose]() {
          if (owner === connection && owner.child.connected)
            await ask(owner, { kind: 'close', handle }).catch(ignoreDeath)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      disposed = true
      const { child } = connection
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** A host that died has closed everything it had open. */
function ignoreDeath(error: unknown): void {
  if (!(error instanceof HostDiedError)) throw error
}

function expectKind<K extends HostReply['kind']>(reply: HostReply, kind: K): Extract<HostReply, { kind: K }> {
  if (reply.kind === 'failed') {
    throw reply.failure.code === 'CORRUPT_IMAGE'
      ? new CorruptImageError(reply.failure.message)
      : new Error(reply.failure.message)
  }
  if (reply.kind !== kind) throw new Error(`The image host answered ${reply.kind} where ${kind} was due.`)
  return reply as Extract<HostReply, { kind: K }>
}

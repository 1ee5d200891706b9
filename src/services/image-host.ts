import { setTimeout as sleep } from 'node:timers/promises'
import { Semaphore } from 'async-mutex'
import PQueue from 'p-queue'
import { CorruptImageError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { DecodeRequest, Encoded, EncodeUnit, HostReply, ImageFacts } from '../workers/protocol.ts'
import { connectToHost, type HostConnection } from './host-connection.ts'

/** A host that dies before it has said anything is not started again at once. */
const restartDelayMs = 1_000

/** More than there ever are tasks in work, so that only who wants the host alone has to wait. */
const seats = 10_000

export interface OpenImage extends AsyncDisposable {
  facts: ImageFacts
  /** a unit that has begun runs to its end in the host, but nobody who is told to stop waits for it */
  encode(unit: EncodeUnit, signal: AbortSignal): Promise<Encoded>
}

export interface OpenRequest extends DecodeRequest {
  /** no other image may be in the host meanwhile */
  alone: boolean
}

export interface ImageHost extends AsyncDisposable {
  /** decodes once; throws CorruptImageError, HostDiedError */
  open(request: OpenRequest, signal: AbortSignal): Promise<OpenImage>
  /** versions of what encodes, once the host has said them */
  encoder(): Promise<string>
  readonly pid: number | undefined
}

/**
 * Supervises the one image host process: starts it, starts it anew when it dies, and hands it as many units as it has
 * threads, decodes first and then the smallest, whichever image they belong to.
 */
export function createImageHost({ threads, log }: { threads: number; log: Log }): ImageHost {
  const slots = new PQueue({ concurrency: threads })
  const room = new Semaphore(seats)
  let inHost = 0
  let disposed = false
  let connection = start()

  function start(): HostConnection {
    return connectToHost({
      threads,
      openImages: () => inHost,
      onEnd({ reason, wasReady }) {
        if (disposed) return
        log.warn({ reason }, 'the image host ended; starting it anew')
        setTimeout(
          () => {
            if (!disposed) connection = start()
          },
          wasReady ? 0 : restartDelayMs,
        ).unref()
      },
    })
  }

  /** The host there is; waits for the next one while there is none. */
  async function connected(signal: AbortSignal): Promise<HostConnection> {
    while (!connection.isOpen()) await sleep(20, undefined, { signal })
    return connection
  }

  /** Waits for room, first come first served: one that wants the host alone is not overtaken for ever. */
  async function enter(alone: boolean, signal: AbortSignal): Promise<() => void> {
    const [, release] = await orAborted(room.acquire(alone ? seats : 1), signal, ([, leave]) => leave())
    inHost += 1
    return () => {
      inHost -= 1
      release()
    }
  }

  function decode(request: DecodeRequest, signal: AbortSignal) {
    return slots.add(
      async () => {
        signal.throwIfAborted()
        const owner = await connected(signal)
        return { owner, opened: expectKind(await owner.ask({ kind: 'open', request }), 'opened') }
      },
      { priority: 0 },
    )
  }

  return {
    get pid() {
      return connection.pid
    },
    encoder: () => connection.encoder,
    async open({ alone, ...request }, signal) {
      const leave = await enter(alone, signal)
      // what the host still works on, though nobody may wait for it any more
      const asked = new Set<Promise<unknown>>()
      const track = <T>(asking: Promise<T>): Promise<T> => {
        const settled = asking.then(ignore, ignore).finally(() => asked.delete(settled))
        asked.add(settled)
        return asking
      }
      const decoding = track(decode(request, signal))
      const close = async () => {
        const { owner, opened } = await decoding
        if (owner.isOpen()) await owner.ask({ kind: 'close', handle: opened.handle })
      }
      const done = () => {
        close()
          .catch(ignore)
          .finally(() => Promise.all(asked).then(leave))
      }
      try {
        const { owner, opened } = await orAborted(decoding, signal)
        return {
          facts: opened.facts,
          async encode(unit, unitSignal) {
            const ask = () => {
              unitSignal.throwIfAborted()
              return owner.ask({ kind: 'encode', handle: opened.handle, unit })
            }
            const encoding = track(slots.add(ask, { priority: -unit.width * unit.height }))
            return expectKind(await orAborted(encoding, unitSignal), 'encoded').encoded
          },
          async [Symbol.asyncDispose]() {
            done()
          },
        }
      } catch (error) {
        done()
        throw error
      }
    },
    async [Symbol.asyncDispose]() {
      disposed = true
      await connection.kill()
    },
  }
}

/** A host that died has closed everything it had open, and whoever asked was told. */
const ignore = () => {}

/** The promise, or the signal's reason as soon as that comes; then what the promise brings is given to `unwanted`. */
async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  unwanted: (value: T) => void = ignore,
): Promise<T> {
  if (signal.aborted) {
    promise.then(unwanted, ignore)
    throw signal.reason
  }
  return new Promise<T>((resolve, reject) => {
    const abort = () => {
      promise.then(unwanted, ignore)
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
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

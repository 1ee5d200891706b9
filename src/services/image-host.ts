import { setTimeout as sleep } from 'node:timers/promises'
import PQueue from 'p-queue'
import { CorruptImageError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { DecodeRequest, Encoded, EncodeUnit, HostReply, ImageFacts } from '../workers/protocol.ts'
import { connectToHost, type HostConnection, HostDiedError } from './host-connection.ts'

/** A host that dies before it has said anything is not started again at once. */
const restartDelayMs = 1_000

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

/**
 * Supervises the one image host process: starts it, starts it anew when it dies, and hands it as many units as it has
 * threads, decodes first and then the smallest, whichever image they belong to.
 */
export function createImageHost({ threads, log }: { threads: number; log: Log }): ImageHost {
  const slots = new PQueue({ concurrency: threads })
  let disposed = false
  let connection = start()

  function start(): HostConnection {
    return connectToHost(threads, ({ reason, wasReady }) => {
      if (disposed) return
      log.warn({ reason }, 'the image host ended; starting it anew')
      setTimeout(
        () => {
          if (!disposed) connection = start()
        },
        wasReady ? 0 : restartDelayMs,
      ).unref()
    })
  }

  /** The host there is; waits for the next one while there is none. */
  async function connected(signal: AbortSignal): Promise<HostConnection> {
    while (!connection.isOpen()) await sleep(20, undefined, { signal })
    return connection
  }

  return {
    get pid() {
      return connection.pid
    },
    encoder: () => connection.encoder,
    async open(request, signal) {
      const { owner, opened } = await slots.add(
        async () => {
          signal.throwIfAborted()
          const host = await connected(signal)
          return { owner: host, opened: expectKind(await host.ask({ kind: 'open', request }), 'opened') }
        },
        { priority: 0 },
      )
      const { handle, facts } = opened
      return {
        facts,
        async encode(unit, unitSignal) {
          const reply = await slots.add(
            () => {
              unitSignal.throwIfAborted()
              return owner.ask({ kind: 'encode', handle, unit })
            },
            { priority: -unit.width * unit.height },
          )
          return expectKind(reply, 'encoded').encoded
        },
        async [Symbol.asyncDispose]() {
          if (owner.isOpen()) await owner.ask({ kind: 'close', handle }).catch(ignoreDeath)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      disposed = true
      await connection.kill()
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

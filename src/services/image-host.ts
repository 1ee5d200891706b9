import { setTimeout as sleep } from 'node:timers/promises'
import PQueue from 'p-queue'
import { CorruptImageError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { DecodeRequest, Encoded, EncodeUnit, HostReply, ImageFacts } from '../workers/protocol.ts'
import { decodeCost, dueMs, encodeCost } from './cost-model.ts'
import type { HostConnection } from './host-connection.ts'
import { createHostRoom, pixelsInHost } from './host-room.ts'
import { createHostSupervisor } from './host-supervisor.ts'
import { type Observations, type Observe, observeNothing, outcomeOf, timed } from './observations.ts'
import { orAborted } from './or-aborted.ts'

/** A unit may take that many times what it is expected to, before what the settings allow beyond that is used up. */
const tolerance = 20

/** An answer is waited for so much longer than its time, ms. */
const graceMs = 50

/** A host that is what it was right after it was replaced has lost nothing. */
const betweenReplacementsMs = 60_000

export interface OpenImage extends AsyncDisposable {
  facts: ImageFacts
  /** a unit that has begun runs to its end in the host, but nobody who is told to stop waits for it */
  encode(unit: EncodeUnit, signal: AbortSignal): Promise<Encoded>
}

export interface OpenRequest extends DecodeRequest {
  /** no other image may be in the host meanwhile */
  alone: boolean
  /** 0 goes before the others */
  lane: number
}

export interface ImageHost extends AsyncDisposable {
  /** decodes once; throws CorruptImageError, HostDiedError */
  open(request: OpenRequest, signal: AbortSignal): Promise<OpenImage>
  /** versions of what encodes, once the host has said them */
  encoder(): Promise<string>
  readonly pid: number | undefined
  /** there is a host that can work */
  isReady(): boolean
  /** what is in it */
  readonly load: { images: number; megapixels: number; busyThreads: number }
}

interface Deps {
  threads: number
  limits: {
    /** of pixels in the host at once */
    megapixelsInFlight: number
    /** what a host may hold while no image is in it, bytes */
    idleHostBytes: number
    /** what a unit may take beyond many times what it is expected to, ms */
    unitMs: number
  }
  log: Log
  observe?: Observe
}

type Work = Pick<Observations['unit'], 'work' | 'format'>

/**
 * Hands the image host as many units as it has threads, whichever image they belong to, those that are due first
 * (cost-model.ts). Memory is bounded by the pixels in the host, time by what a unit is expected to take.
 */
export function createImageHost({ threads, limits, log, observe = observeNothing }: Deps): ImageHost {
  const slots = new PQueue({ concurrency: threads })
  const room = createHostRoom(limits.megapixelsInFlight)
  const supervisor = createHostSupervisor({ threads, openImages: () => room.occupants, log, observe })
  let replacing = false
  let replaceAgainAt = 0

  /** One that takes far too long will never end; nothing but the end of its process stops native code. */
  function inTime<T>(owner: HostConnection, expectedMs: number, asking: Promise<T>): Promise<T> {
    const budgetMs = limits.unitMs + tolerance * expectedMs
    const over = new AbortController()
    const watch = async () => {
      await sleep(budgetMs, undefined, over)
      // after a pause of the whole machine its answer may lie there unread
      await sleep(graceMs, undefined, over)
      await owner.kill(`a unit took longer than ${Math.round(budgetMs / 1000)} s`)
    }
    watch().catch(ignore)
    return asking.finally(() => over.abort())
  }

  const measured = (work: Work, asking: Promise<HostReply>): Promise<HostReply> =>
    timed(
      () => asking.then(throwFailed),
      (error, seconds) => observe('unit', { ...work, outcome: outcomeOf(error) }, seconds),
    )

  function decode(request: DecodeRequest, dueAt: number, signal: AbortSignal) {
    const expectedMs = decodeCost((request.source.width * request.source.height) / 1e6)
    return slots.add(
      async () => {
        signal.throwIfAborted()
        const owner = await supervisor.connected(signal)
        // its start takes its own time
        await owner.encoder
        const reply = await inTime(
          owner,
          expectedMs,
          measured({ work: 'decode', format: '' }, owner.ask({ kind: 'open', request })),
        )
        return { owner, opened: expectKind(reply, 'opened') }
      },
      // what it costs is what all units of the image wait for
      { priority: -dueAt, signal },
    )
  }

  async function close(owner: HostConnection, handle: number): Promise<void> {
    if (!owner.isOpen()) return
    const { residentBytes } = expectKind(await inTime(owner, 0, owner.ask({ kind: 'close', handle })), 'closed')
    // what others in it hold at this moment is not known; not waited for, since it waits until this image has left
    if (room.occupants === 1 && residentBytes > limits.idleHostBytes) void replace(residentBytes)
  }

  /** Once the images in it are done: to end it now would make suspects of them. */
  async function replace(residentBytes: number): Promise<void> {
    if (replacing || performance.now() < replaceAgainAt) return
    replacing = true
    replaceAgainAt = performance.now() + betweenReplacementsMs
    const leave = await room.enter(Number.POSITIVE_INFINITY, 0, new AbortController().signal)
    try {
      await supervisor.replace(`it holds ${Math.round(residentBytes / 1e6)} MB`)
    } catch (error) {
      log.error({ err: error }, 'the image host cannot be replaced')
    } finally {
      replacing = false
      leave()
    }
  }

  return {
    get pid() {
      return supervisor.current.pid
    },
    encoder: () => supervisor.current.encoder,
    isReady: () => supervisor.current.isReady(),
    get load() {
      return { images: room.occupants, megapixels: room.megapixels, busyThreads: slots.pending }
    },
    async open({ alone, lane, ...request }, signal) {
      const leave = await room.enter(alone ? Number.POSITIVE_INFINITY : pixelsInHost(request), lane, signal)
      // what the host still works on, though nobody may wait for it any more
      const asked = new Set<Promise<unknown>>()
      const track = <T>(asking: Promise<T>): Promise<T> => {
        const settled = asking.then(ignore, ignore).finally(() => asked.delete(settled))
        asked.add(settled)
        return asking
      }
      const since = performance.now()
      const decoding = track(decode(request, dueMs(since, 0, lane), signal))
      const done = () => {
        decoding
          .then(({ owner, opened }) => close(owner, opened.handle))
          .catch(ignore)
          .finally(() => Promise.all(asked).then(leave))
      }
      try {
        const { owner, opened } = await orAborted(decoding, signal)
        return {
          facts: opened.facts,
          async encode(unit, unitSignal) {
            const costMs = encodeCost(unit)
            const ask = () => {
              unitSignal.throwIfAborted()
              const asking = owner.ask({ kind: 'encode', handle: opened.handle, unit })
              return inTime(owner, costMs, measured({ work: 'encode', format: unit.output.format }, asking))
            }
            const priority = -dueMs(since, costMs, lane)
            const encoding = track(slots.add(ask, { priority, signal: unitSignal }))
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
    [Symbol.asyncDispose]: () => supervisor[Symbol.asyncDispose](),
  }
}

/** A host that died has closed everything it had open, and whoever asked was told. */
const ignore = () => {}

function expectKind<K extends HostReply['kind']>(reply: HostReply, kind: K): Extract<HostReply, { kind: K }> {
  throwFailed(reply)
  if (reply.kind !== kind) throw new Error(`The image host answered ${reply.kind} where ${kind} was due.`)
  return reply as Extract<HostReply, { kind: K }>
}

function throwFailed(reply: HostReply): HostReply {
  if (reply.kind !== 'failed') return reply
  const { code, message } = reply.failure
  throw code === 'CORRUPT_IMAGE' ? new CorruptImageError(message) : new Error(message)
}

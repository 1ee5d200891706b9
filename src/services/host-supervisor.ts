import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { connectToHost, type HostConnection } from './host-connection.ts'
import { type Observe, observeNothing } from './observations.ts'

/** A host that dies before it has said anything is not started again at once. */
const restartDelayMs = 1_000

/** One that has not said anything by then never will, ms. */
const startMs = 30_000

export interface HostSupervisor extends AsyncDisposable {
  /** the host there is, which may have ended a moment ago */
  readonly current: HostConnection
  /** one that runs; waits for the next one while there is none */
  connected(signal: AbortSignal): Promise<HostConnection>
  /** starts another one, and ends this one once that can work; if it cannot, this one stays */
  replace(reason: string): Promise<void>
}

interface Deps {
  threads: number
  /** images in the host, at this moment */
  openImages: () => number
  log: Log
  observe?: Observe
}

/** Keeps one image host process running: starts it, and starts it anew when it ends. */
export function createHostSupervisor({ threads, openImages, log, observe = observeNothing }: Deps): HostSupervisor {
  let disposed = false
  let current = start()

  function start(): HostConnection {
    const started: HostConnection = connectToHost({
      threads,
      openImages,
      onEnd({ reason, wasReady, wasKilled }) {
        if (disposed || started !== current) return
        observe('restart', { reason: whyEnded(wasReady, wasKilled) })
        log.warn({ reason }, 'the image host ended; starting it anew')
        setTimeout(
          () => {
            // another has taken its place, or none is to
            if (!disposed && started === current) current = start()
          },
          wasReady ? 0 : restartDelayMs,
        ).unref()
      },
    })
    return started
  }

  return {
    get current() {
      return current
    },
    async connected(signal) {
      while (!current.isOpen()) await sleep(20, undefined, { signal })
      return current
    },
    async replace(reason) {
      const next = start()
      const late = setTimeout(() => next.kill('it takes too long to start'), startMs)
      const works = await next.encoder
        .then(
          () => true,
          () => false,
        )
        .finally(() => clearTimeout(late))
      if (!works || disposed) {
        log.warn({ reason }, 'the image host cannot be replaced')
        return next.kill('it is not needed')
      }
      const old = current
      current = next
      observe('restart', { reason: 'memory' })
      log.info({ reason }, 'the image host was replaced')
      await old.kill(reason)
    },
    async [Symbol.asyncDispose]() {
      disposed = true
      await current.kill('its service ends')
    },
  }
}

/** Of a host that has no successor yet; it is only killed when a unit takes far too long. */
function whyEnded(wasReady: boolean, wasKilled: boolean): 'late' | 'died' | 'not started' {
  if (wasKilled) return 'late'
  return wasReady ? 'died' : 'not started'
}

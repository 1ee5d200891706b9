import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import type { Claim, Claims } from '../../src/services/claims.ts'
import { createDispatcher, type Hints, type OnHint } from '../../src/services/dispatcher.ts'

const log = pino({ level: 'silent' })
/** Claims over a plain list, slow enough that wake-ups fall in between. */
function createQueue() {
  const waiting: string[] = []
  const done: string[] = []
  let beforeAnswer: (() => void) | null = null
  const claims: Claims = {
    async claim() {
      const next = waiting.shift()
      await sleep(1)
      beforeAnswer?.()
      return next ? ({ token: next } as Claim) : null
    },
    renew: async (tokens) => new Set(tokens),
    reap: async () => 0,
  }
  return {
    waiting,
    done,
    claims,
    onAnswer(action: (() => void) | null) {
      beforeAnswer = action
    },
  }
}

function dispatch(
  queue: ReturnType<typeof createQueue>,
  work: (claim: Claim, signal: AbortSignal) => Promise<void>,
  concurrency = 2,
  openHints: ((onHint: OnHint) => Hints) | null = null,
) {
  const settings = { concurrency, leaseMs: 30_000, log, ready: () => true }
  return createDispatcher({ claims: queue.claims, chores: {}, work, openHints, settings })
}

describe('the dispatcher', () => {
  it('does not lose a wake-up that comes while it finds nothing', async () => {
    const queue = createQueue()
    await using dispatcher = dispatch(queue, async ({ token }) => void queue.done.push(token))
    // arrives after the claim has looked and before it has answered
    queue.onAnswer(() => {
      queue.onAnswer(null)
      queue.waiting.push('late')
      dispatcher.wake()
    })
    dispatcher.wake()
    // well below the second after which it would look by itself
    await sleep(100)
    expect(queue.done).toEqual(['late'])
  })

  it('keeps exactly as many in work as it may', async () => {
    const queue = createQueue()
    queue.waiting.push(...'abcdefgh')
    let now = 0
    let most = 0
    await using dispatcher = dispatch(queue, async ({ token }) => {
      now += 1
      most = Math.max(most, now)
      await sleep(10)
      now -= 1
      queue.done.push(token)
    })
    await dispatcher.idle()
    expect(most).toBe(2)
    expect(queue.done.sort()).toEqual([...'abcdefgh'])
  })

  it('goes on after the database was away', async () => {
    const queue = createQueue()
    let away = true
    const { claim } = queue.claims
    queue.claims.claim = () => (away ? Promise.reject(new Error('no database')) : claim())
    await using dispatcher = dispatch(queue, async ({ token }) => void queue.done.push(token))
    queue.waiting.push('one')
    dispatcher.wake()
    await sleep(20)
    away = false
    dispatcher.wake()
    await dispatcher.idle()
    expect(queue.done).toEqual(['one'])
  })

  it('takes nothing in when it is to have no workers', async () => {
    const queue = createQueue()
    queue.waiting.push('one')
    await using dispatcher = dispatch(queue, async () => {}, 0)
    dispatcher.wake()
    await sleep(20)
    expect(queue.waiting).toEqual(['one'])
  })

  it('waits for what is in work when it ends', async () => {
    const queue = createQueue()
    queue.waiting.push('one', 'two', 'three')
    const dispatcher = dispatch(queue, async ({ token }) => {
      await sleep(30)
      queue.done.push(token)
    })
    dispatcher.wake()
    await sleep(15)
    await dispatcher[Symbol.asyncDispose]()
    expect(queue.done.sort()).toEqual(['one', 'two'])
    expect(queue.waiting).toEqual(['three'])
  })

  it('takes a task for each hint, and no more than there are places', async () => {
    const queue = createQueue()
    const hints = createHints()
    let most = 0
    let now = 0
    await using dispatcher = dispatch(
      queue,
      async ({ token }) => {
        now += 1
        most = Math.max(most, now)
        await sleep(10)
        now -= 1
        queue.done.push(token)
      },
      2,
      hints.open,
    )
    await dispatcher.idle()
    queue.waiting.push(...'abcd')
    await Promise.all([hints.give(), hints.give(), hints.give()])
    expect(queue.done.sort()).toEqual(['a', 'b', 'c'])
    expect(most).toBe(2)
  })

  it('looks by itself as soon as hints do not come any more', async () => {
    const queue = createQueue()
    const hints = createHints()
    await using dispatcher = dispatch(queue, async ({ token }) => void queue.done.push(token), 2, hints.open)
    await dispatcher.idle()
    queue.waiting.push('one')
    dispatcher.wake()
    await sleep(30)
    expect(queue.done).toEqual([])
    expect(hints.offers).toBe(1)
    hints.come = false
    dispatcher.wake()
    await dispatcher.idle()
    expect(queue.done).toEqual(['one'])
  })

  it('does not take one hint after the other that it has no place for', async () => {
    const queue = createQueue()
    const hints = createHints()
    let looks = 0
    const { claim } = queue.claims
    queue.claims.claim = (lane) => {
      looks += 1
      return claim(lane)
    }
    let end = () => {}
    const ending = new Promise<void>((resolve) => {
      end = resolve
    })
    await using dispatcher = dispatch(queue, () => ending, 4, hints.open)
    await dispatcher.idle()
    queue.waiting.push(...'abc')
    const working = [hints.give(), hints.give(), hints.give()]
    await sleep(20)
    looks = 0
    // three of four places are taken, and the last is not for the background
    const waiting = hints.give()
    await sleep(50)
    expect(looks).toBe(0)
    end()
    await Promise.all([...working, waiting])
    expect(looks).toBeGreaterThan(0)
  })

  it('waits at its end for a claim that a hint has begun', async () => {
    const queue = createQueue()
    const hints = createHints()
    const dispatcher = dispatch(queue, async ({ token }) => void queue.done.push(token), 2, hints.open)
    await dispatcher.idle()
    queue.waiting.push('one')
    const working = hints.give()
    await dispatcher[Symbol.asyncDispose]()
    expect(queue.done).toEqual(['one'])
    await working
  })

  it('says how many hints it can take, and says it again when that changes', async () => {
    const hints = createHints()
    await using dispatcher = dispatch(createQueue(), async () => {}, 4, hints.open)
    expect(hints.places).toEqual({ all: 0, background: 0 })
    dispatcher.wake()
    expect(hints.places).toEqual({ all: 4, background: 3 })
    dispatcher.concurrency = 1
    expect(hints.places).toEqual({ all: 1, background: 1 })
  })
})

/** Hints that a test gives by hand. */
function createHints() {
  let onHint: OnHint = async () => {}
  const hints = {
    come: true,
    offers: 0,
    places: { all: 0, background: 0 },
    give: (lane = 1) => onHint(lane),
    open(listener: OnHint): Hints {
      onHint = listener
      return {
        areComing: () => hints.come,
        offer() {
          hints.offers += 1
        },
        take(places) {
          hints.places = places
        },
        async [Symbol.asyncDispose]() {},
      }
    },
  }
  return hints
}

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Prisma } from '../../src/generated/sqlite/client.ts'
import { createBell } from '../../src/services/bell.ts'
import { pullOnBell } from '../../src/services/pull-on-bell.ts'

/** A log that grows, and a subscription to it. */
function createLogged(lookAgainMs = 10_000) {
  const bell = createBell()
  const log: number[] = []
  const watch = (last = Number.POSITIVE_INFINITY) => {
    let seen = 0
    return pullOnBell({
      listen: (ring) => bell.listen('run', '1', ring),
      async read() {
        const items = log.slice(seen, seen + 100)
        seen += items.length
        return { items, waitMs: items.length === 100 ? 0 : lookAgainMs, ended: log[seen - 1] === last }
      },
    })
  }
  return {
    bell,
    watch,
    append(item: number) {
      log.push(item)
      bell.ring('run', '1')
    },
  }
}

describe('pullOnBell', () => {
  it('replays what is there, follows what comes, and ends', async () => {
    const { append, watch } = createLogged()
    for (let item = 1; item <= 250; item += 1) append(item)
    const seen: number[] = []
    const reading = (async () => {
      for await (const item of watch(3000)) seen.push(item)
    })()
    for (let item = 251; item <= 3000; item += 1) {
      append(item)
      if (item % 100 === 0) await sleep(1)
    }
    await reading
    expect(seen).toEqual(Array.from({ length: 3000 }, (_each, index) => index + 1))
  })

  it('finds what no ring told of', async () => {
    const { append, watch, bell } = createLogged(20)
    const events = watch()
    append(1)
    expect(await events.next()).toEqual({ value: 1, done: false })
    const next = events.next()
    // the ring is lost
    bell.ring = () => {}
    append(2)
    expect(await next).toEqual({ value: 2, done: false })
    await events.return()
  })

  it('stops listening as soon as its reader leaves, with no further ring', async () => {
    const { append, watch, bell } = createLogged()
    append(1)
    const events = watch()
    await events.next()
    const waiting = events.next()
    expect(bell.listenerCount).toBe(1)
    await events.return()
    expect((await waiting).done).toBe(true)
    await sleep(5)
    expect(bell.listenerCount).toBe(0)
  })

  it('hands on what reading throws, and stops listening', async () => {
    const bell = createBell()
    const events = pullOnBell({
      listen: (ring) => bell.listen('run', '1', ring),
      read: () => Promise.reject(new Error('no database')),
    })
    await expect(events.next()).rejects.toThrow('no database')
    expect(bell.listenerCount).toBe(0)
  })

  it('keeps its reader while the database is away', async () => {
    let reads = 0
    const events = pullOnBell({
      listen: () => () => {},
      async read() {
        reads += 1
        if (reads < 3) throw new Prisma.PrismaClientInitializationError('The database is away.', '7')
        return { items: ['news'], waitMs: 10_000, ended: true }
      },
    })
    expect(await events.next()).toEqual({ value: 'news', done: false })
    expect(reads).toBe(3)
  })
})

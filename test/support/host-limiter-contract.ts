import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SourceUnavailableError } from '../../src/errors.ts'
import type { HostLimiter, HostLimits } from '../../src/services/sources/host-limiter.ts'
import { eventually } from './eventually.ts'

type CreateLimiter = (limits?: Partial<HostLimits>) => Promise<HostLimiter>

/** A signal that never comes, of its own for each request, as in the service. */
export const always = () => ({ signal: new AbortController().signal })
/** timers may be a little early by the clock that measures them, and rows know milliseconds only */
export const almost = (ms: number) => ms - 5

/** A task that ends when told to, or when its signal comes. */
export function createTask() {
  let end = () => {}
  let begun = false
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const run = (arrived: () => void, signal?: AbortSignal) => {
    begun = true
    arrived()
    const stopped = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    return Promise.race([ended, stopped])
  }
  return { run, end, isBegun: () => begun }
}

/** What a request is for those who count: it notes when it arrived, and how many were under way then. */
export function createRecorder() {
  const times: number[] = []
  let now = 0
  let most = 0
  return {
    times,
    most: () => most,
    gaps: () => times.slice(1).map((time, at) => time - (times[at] ?? 0)),
    request: (wayMs: number, answerMs: number) => async (arrived: () => void) => {
      now += 1
      most = Math.max(most, now)
      await sleep(wayMs)
      times.push(performance.now())
      arrived()
      await sleep(answerMs)
      now -= 1
    },
  }
}

/** What every HostLimiter promises, for whomever it counts. Each test gets one that has not been asked yet. */
export function describeHostLimiter(name: string, create: CreateLimiter): void {
  describe(name, () => {
    it('begins requests to one host at least 200 ms apart', async () => {
      const limiter = await create()
      const { request, gaps } = createRecorder()
      await Promise.all(Array.from({ length: 5 }, () => limiter.run('a.example', request(0, 0), always())))
      expect(gaps()).toHaveLength(4)
      for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(almost(200))
    })

    it('counts the gap from when a request has arrived, however long the way took', async () => {
      const limiter = await create({ gapMs: 100 })
      const { request, gaps } = createRecorder()
      await Promise.all([250, 0].map((wayMs) => limiter.run('a.example', request(wayMs, 150), always())))
      expect(gaps()[0]).toBeGreaterThanOrEqual(almost(100))
    })

    it('asks a host that stays silent again after a while, beside the request that it has not answered', async () => {
      const limiter = await create({ gapMs: 10, silenceMs: 300 })
      const silent = createTask()
      const begun = performance.now()
      const first = limiter.run('a.example', () => silent.run(() => {}), always())
      await limiter.run('a.example', async () => {}, always())
      expect(performance.now() - begun).toBeGreaterThanOrEqual(almost(300))
      silent.end()
      await first
    })

    it('lets nobody come close to a request that is on its way, though one before it arrives meanwhile', async () => {
      const limiter = await create({ gapMs: 10, silenceMs: 300 })
      const silent = createTask()
      const first = limiter.run(
        'a.example',
        async (arrived) => {
          await eventually('the second has begun', silent.isBegun)
          arrived()
        },
        always(),
      )
      let secondAt = 0
      const second = limiter.run(
        'a.example',
        () => {
          secondAt = performance.now()
          return silent.run(() => {})
        },
        always(),
      )
      await first
      const thirdAt = await limiter.run('a.example', async () => performance.now(), always())
      // counted from when its turn came, and not only the gap
      expect(thirdAt - secondAt).toBeGreaterThan(150)
      silent.end()
      await second
    })

    it('keeps a longer gap where a host asks for one, and never a shorter one', async () => {
      const limiter = await create({ gapMs: 100 })
      const { request, gaps } = createRecorder()
      for (const gapMs of [300, 1, 0]) await limiter.run('a.example', request(0, 0), { ...always(), gapMs })
      const [first, second] = gaps()
      expect(first).toBeGreaterThanOrEqual(almost(300))
      expect(second).toBeGreaterThanOrEqual(almost(100))
    })

    it('keeps at most five requests at work, over eight hosts', async () => {
      const limiter = await create()
      const tasks = Array.from({ length: 8 }, createTask)
      const begun = () => tasks.filter(({ isBegun }) => isBegun()).length
      const running = tasks.map(({ run }, at) => limiter.run(`host-${at}.example`, run, always()))
      await eventually('five have begun', () => begun() >= 5)
      await sleep(20)
      expect(begun()).toBe(5)
      for (const { end } of tasks) end()
      await Promise.all(running)
      expect(begun()).toBe(8)
    })

    it('keeps at most two requests at work for one host, so that a slow one leaves places to others', async () => {
      const limiter = await create({ gapMs: 0 })
      const slow = Array.from({ length: 5 }, createTask)
      const begun = () => slow.filter(({ isBegun }) => isBegun()).length
      const running = slow.map(({ run }) => limiter.run('slow.example', run, always()))
      await eventually('two have begun', () => begun() === 2)
      expect(await limiter.run('other.example', async () => 'served', always())).toBe('served')
      expect(begun()).toBe(2)
      slow.find(({ isBegun }) => isBegun())?.end()
      await eventually('a third has begun', () => begun() > 2)
      await sleep(20)
      expect(begun()).toBe(3)
      for (const { end } of slow) end()
      await Promise.all(running)
    })

    it('lets no host wait because another one has many waiting', async () => {
      const limiter = await create({ gapMs: 60_000 })
      const abort = new AbortController()
      const busy = Array.from({ length: 9 }, () =>
        limiter.run('busy.example', async () => {}, { signal: abort.signal }).catch(() => {}),
      )
      // its turn would come after minutes if those that wait for a gap took places
      expect(await limiter.run('other.example', async () => 'served', always())).toBe('served')
      abort.abort()
      await Promise.all(busy)
    })

    it('gives a place on when a task fails, and says why it failed', async () => {
      const limiter = await create({ atOnce: 1, gapMs: 0 })
      const failing = limiter.run('a.example', () => Promise.reject(new Error('broken')), always())
      await expect(failing).rejects.toThrow('broken')
      expect(await limiter.run('b.example', async () => 1, always())).toBe(1)
    })

    it('begins nothing that was given up while it waited', async () => {
      const limiter = await create({ atOnce: 1, gapMs: 0 })
      const first = createTask()
      const running = limiter.run('a.example', first.run, always())
      const abort = new AbortController()
      const second = createTask()
      const waiting = limiter.run('b.example', second.run, { signal: abort.signal })
      abort.abort(new Error('given up'))
      await expect(waiting).rejects.toThrow('given up')
      await expect(limiter.run('b.example', second.run, { signal: abort.signal })).rejects.toThrow('given up')
      first.end()
      await running
      expect(await limiter.run('c.example', async () => 'next', always())).toBe('next')
      expect(second.isBegun()).toBe(false)
    })

    it('tells a request that is under way when it is given up', async () => {
      const limiter = await create()
      const abort = new AbortController()
      const task = createTask()
      const running = limiter.run('a.example', task.run, { signal: abort.signal })
      await eventually('it has begun', task.isBegun)
      abort.abort(new Error('given up'))
      await expect(running).rejects.toThrow('given up')
    })
  })

  describe(`${name}, where a host is held back,`, () => {
    it('asks it again after that time, not before', async () => {
      const limiter = await create({ gapMs: 0 })
      const heldAt = performance.now()
      await limiter.holdBack('a.example', 400)
      await limiter.holdBack('a.example', 10)
      const startedAt = await limiter.run('a.example', async () => performance.now(), always())
      expect(startedAt - heldAt).toBeGreaterThanOrEqual(almost(400))
    })

    it('sends away at once whoever would wait for long, saying how long', async () => {
      const limiter = await create()
      await limiter.holdBack('a.example', 3_600_000)
      const task = createTask()
      const error = await limiter.run('a.example', task.run, always()).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(SourceUnavailableError)
      expect(error).toMatchObject({ retryable: true, asked: false, retryAfterMs: expect.any(Number) })
      const { retryAfterMs, message } = error as SourceUnavailableError
      expect(retryAfterMs).toBeGreaterThan(3_500_000)
      expect(retryAfterMs).toBeLessThanOrEqual(3_600_000)
      expect(message).toMatch(/^The host a\.example .+\.$/)
      expect(task.isBegun()).toBe(false)
    })

    it('sends away those who wait already, and takes no place from other hosts', async () => {
      const limiter = await create({ atOnce: 1 })
      const first = createTask()
      const running = limiter.run('a.example', first.run, always())
      await eventually('the first has begun', first.isBegun)
      const waiting = limiter.run('a.example', async () => {}, always())
      const other = limiter.run('b.example', async () => 'served', always())
      const refused = expect(waiting).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: true })
      await limiter.holdBack('a.example', 60_000)
      await refused
      first.end()
      await running
      expect(await other).toBe('served')
    })
  })
}

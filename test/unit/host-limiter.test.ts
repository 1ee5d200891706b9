import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SourceUnavailableError } from '../../src/errors.ts'
import { createHostLimiter } from '../../src/services/sources/host-limiter.ts'

/** A signal that never comes, of its own for each request, as in the service. */
const always = () => ({ signal: new AbortController().signal })
/** timers may be a little early by the clock that measures them */
const almost = (ms: number) => ms - 5

/** A task that ends when told to. */
function createTask() {
  let end = () => {}
  let begun = false
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const run = (arrived: () => void) => {
    begun = true
    arrived()
    return ended
  }
  return { run, end, isBegun: () => begun }
}

describe('the limiter', () => {
  it('begins requests to one host at least 200 ms apart', async () => {
    const limiter = createHostLimiter()
    const starts: number[] = []
    const note = async () => void starts.push(performance.now())
    await Promise.all(Array.from({ length: 5 }, () => limiter.run('a.example', note, always())))
    const gaps = starts.slice(1).map((start, at) => start - (starts[at] ?? 0))
    expect(gaps).toHaveLength(4)
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(almost(200))
  })

  it('counts the gap from when a request has arrived, however long the way took', async () => {
    const limiter = createHostLimiter({ gapMs: 100 })
    const times: number[] = []
    const request = (wayMs: number) => async (arrived: () => void) => {
      await sleep(wayMs)
      times.push(performance.now())
      arrived()
      await sleep(150)
    }
    await Promise.all([250, 0].map((wayMs) => limiter.run('a.example', request(wayMs), always())))
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(almost(100))
  })

  it('asks a host that stays silent again after two seconds, beside the request that it has not answered', async () => {
    const limiter = createHostLimiter({ gapMs: 10 })
    const silent = createTask()
    const begun = performance.now()
    const first = limiter.run('a.example', () => silent.run(() => {}), always())
    await limiter.run('a.example', async () => {}, always())
    expect(performance.now() - begun).toBeGreaterThanOrEqual(almost(2_000))
    silent.end()
    await first
  })

  it('keeps a longer gap where a host asks for one, and never a shorter one', async () => {
    const limiter = createHostLimiter({ gapMs: 100 })
    const starts: number[] = []
    const note = async () => void starts.push(performance.now())
    for (const gapMs of [300, 1, 0]) await limiter.run('a.example', note, { ...always(), gapMs })
    const [first = 0, second = 0, third = 0] = starts
    expect(second - first).toBeGreaterThanOrEqual(almost(300))
    expect(third - second).toBeGreaterThanOrEqual(almost(100))
  })

  it('keeps at most five requests at work, over eight hosts', async () => {
    const limiter = createHostLimiter()
    let now = 0
    let most = 0
    const task = async (arrived: () => void) => {
      arrived()
      now += 1
      most = Math.max(most, now)
      await sleep(30)
      now -= 1
    }
    const hosts = Array.from({ length: 16 }, (_, at) => `host-${at % 8}.example`)
    await Promise.all(hosts.map((host) => limiter.run(host, task, always())))
    expect(most).toBe(5)
  })

  it('keeps at most two requests at work for one host, so that a slow one leaves places to others', async () => {
    const limiter = createHostLimiter({ gapMs: 0 })
    const slow = Array.from({ length: 5 }, createTask)
    const running = slow.map(({ run }) => limiter.run('slow.example', run, always()))
    expect(await limiter.run('other.example', async () => 'served', always())).toBe('served')
    expect(slow.map(({ isBegun }) => isBegun())).toEqual([true, true, false, false, false])
    slow[0]?.end()
    await running[0]
    await sleep(20)
    expect(slow.map(({ isBegun }) => isBegun())).toEqual([true, true, true, false, false])
    for (const { end } of slow) end()
    await Promise.all(running)
  })

  it('lets no host wait because another one has many waiting', async () => {
    const limiter = createHostLimiter({ gapMs: 60_000 })
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
    const limiter = createHostLimiter({ atOnce: 1, gapMs: 0 })
    const failing = limiter.run('a.example', () => Promise.reject(new Error('broken')), always())
    await expect(failing).rejects.toThrow('broken')
    expect(await limiter.run('b.example', async () => 1, always())).toBe(1)
  })

  it('begins nothing that was given up while it waited', async () => {
    const limiter = createHostLimiter({ atOnce: 1, gapMs: 0 })
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
})

describe('a host that is held back', () => {
  it('is asked again after that time, not before', async () => {
    const limiter = createHostLimiter({ gapMs: 0 })
    const heldAt = performance.now()
    limiter.holdBack('a.example', 400)
    limiter.holdBack('a.example', 10)
    const startedAt = await limiter.run('a.example', async () => performance.now(), always())
    expect(startedAt - heldAt).toBeGreaterThanOrEqual(almost(400))
  })

  it('sends away at once whoever would wait for long, saying how long', async () => {
    const limiter = createHostLimiter()
    limiter.holdBack('a.example', 3_600_000)
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
    const limiter = createHostLimiter({ atOnce: 1 })
    const first = createTask()
    const running = limiter.run('a.example', first.run, always())
    const waiting = limiter.run('a.example', async () => {}, always())
    const other = limiter.run('b.example', async () => 'served', always())
    limiter.holdBack('a.example', 60_000)
    await expect(waiting).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: true })
    first.end()
    await running
    expect(await other).toBe('served')
  })
})

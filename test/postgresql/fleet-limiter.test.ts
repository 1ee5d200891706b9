import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PrismaClient } from '../../src/generated/postgresql/client.ts'
import { type OpenDb, openDb } from '../../src/services/db/open-db.ts'
import { isDatabaseTrouble } from '../../src/services/db/sql.ts'
import { createFleetPlaces } from '../../src/services/sources/fleet-places.ts'
import { createHostLimiter, type HostLimits } from '../../src/services/sources/host-limiter.ts'
import { openSources } from '../../src/services/sources/open-sources.ts'
import { createTestDatabase, type TestDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'
import { almost, always, createRecorder, createTask, describeHostLimiter } from '../support/host-limiter-contract.ts'
import { failureOf, startSite } from '../support/source-site.ts'

describe('on one PostgreSQL', () => {
  let database: TestDatabase
  let opened: OpenDb
  beforeAll(async () => {
    database = await createTestDatabase()
    opened = await openDb(database.url)
  })
  afterAll(async () => {
    await opened[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  /** The one of a process. */
  const createLimiter = (limits: Partial<HostLimits> = {}, { db, leaseMs = 15_000 }: Partial<Process> = {}) =>
    createHostLimiter(limits, createFleetPlaces({ db: db ?? opened.db, limits, leaseMs }))
  const forgetAll = () =>
    opened.db.$transaction([opened.db.sourceHost.deleteMany(), opened.db.sourcePlace.deleteMany()])

  interface Process {
    db: Pick<OpenDb['db'], '$queryRaw' | '$executeRaw'>
    leaseMs: number
  }

  /** A process that can be cut off from the database, which is all that others see of one that is killed. */
  function createProcess(limits: Partial<HostLimits>, leaseMs: number) {
    let isCutOff = false
    const { db } = opened
    const unlessCutOff = <T extends (...args: never[]) => unknown>(ask: T) =>
      ((...args) => (isCutOff ? Promise.reject(new Error('cut off')) : ask(...args))) as T
    const process = {
      db: { $queryRaw: unlessCutOff(db.$queryRaw.bind(db)), $executeRaw: unlessCutOff(db.$executeRaw.bind(db)) },
      leaseMs,
    }
    return {
      limiter: createLimiter(limits, process),
      cutOff() {
        isCutOff = true
      },
    }
  }

  describeHostLimiter('the limiter of a fleet', async (limits) => {
    await forgetAll()
    return createLimiter(limits)
  })

  describe('two processes', () => {
    it('together keep to five requests at work, and two for a host', async () => {
      await forgetAll()
      const limiters = [createLimiter({ gapMs: 1 }), createLimiter({ gapMs: 1 })]
      const slow = Array.from({ length: 6 }, createTask)
      const others = Array.from({ length: 6 }, createTask)
      const begun = (tasks: typeof slow) => tasks.filter(({ isBegun }) => isBegun()).length
      const start = (tasks: typeof slow, hostOf: (at: number) => string) =>
        tasks.map(({ run }, at) => limiters[at % 2]?.run(hostOf(at), run, always()))
      const running = start(slow, () => 'slow.example')
      await eventually('two of one host have begun', () => begun(slow) === 2)
      running.push(...start(others, (at) => `host-${at}.example`))
      await eventually('three of other hosts have begun', () => begun(others) === 3)
      // each looks for a place meanwhile, more than once
      await sleep(700)
      expect([begun(slow), begun(others)]).toEqual([2, 3])
      for (const { end } of [...slow, ...others]) end()
      await Promise.all(running)
    })

    it('together keep the gap of a host, and neither has to wait until the other is done', async () => {
      await forgetAll()
      const limiters = [createLimiter({ gapMs: 100 }), createLimiter({ gapMs: 100 })]
      const { request, gaps, most } = createRecorder()
      const done: number[] = []
      const all = Array.from({ length: 12 }, async (_, at) => {
        await limiters[at % 2]?.run('a.example', request(5, 150), always())
        done.push(at % 2)
      })
      await Promise.all(all)
      expect(gaps()).toHaveLength(11)
      for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(almost(100))
      expect(most()).toBeLessThanOrEqual(2)
      expect(new Set(done.slice(0, 8))).toEqual(new Set([0, 1]))
    })

    it('both leave a host alone that has asked one of them, also who waits already', async () => {
      await forgetAll()
      const [one, other] = [createLimiter({ atOncePerHost: 1 }), createLimiter({ atOncePerHost: 1 })]
      const task = createTask()
      const running = one.run('a.example', task.run, always())
      await eventually('it has begun', task.isBegun)
      const waiting = other.run('a.example', async () => {}, always())
      await one.holdBack('a.example', 60_000)
      await expect(waiting).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: true, asked: false })
      task.end()
      await running
    })
  })

  it('what a host has answered to one service is heeded by the others', async () => {
    await forgetAll()
    await using site = await startSite((_request, response) => response.writeHead(429, { 'retry-after': '60' }).end())
    const address = `127.0.0.1:${site.port}`
    const fetchIt = async () => {
      await using sources = openSources({ allow: [address], tempDir: tmpdir() }, opened)
      const request = { maxBytes: 1_000, accept: 'image/*', obeyRobots: false, ...always() }
      return await failureOf(sources.client.fetch(`http://${address}/1.jpg`, request))
    }
    expect(await fetchIt()).toMatchObject({ httpStatus: 429, asked: true })
    expect(await fetchIt()).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: true, asked: false })
    expect(site.paths).toEqual(['/1.jpg'])
  })

  describe('a process that is gone', () => {
    it('leaves its place to another one once the lease is over, and its request has ended before', async () => {
      await forgetAll()
      const limits = { atOnce: 1, gapMs: 1 }
      const { limiter, cutOff } = createProcess(limits, 1_000)
      const task = createTask()
      let lostAt = Number.POSITIVE_INFINITY
      const lost = limiter.run('a.example', task.run, always()).catch((error: unknown) => {
        lostAt = performance.now()
        return error
      })
      await eventually('it has begun', task.isBegun)
      // for longer than the lease, which is prolonged as long as somebody can
      await sleep(1_300)
      expect(lostAt).toBe(Number.POSITIVE_INFINITY)
      cutOff()
      const begunAt = await createLimiter(limits).run('b.example', async () => performance.now(), always())
      expect(await lost).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: true })
      expect(begunAt).toBeGreaterThan(lostAt)
    })
  })

  it('asks nobody while the database is away, which is worth another try', async () => {
    const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: 'postgresql://app@127.0.0.1:1/none' }) })
    const task = createTask()
    const error = await failureOf(createLimiter({}, { db }).run('a.example', task.run, always()))
    expect([isDatabaseTrouble(error), task.isBegun()]).toEqual([true, false])
    await db.$disconnect()
  })

  it('forgets hosts that nobody has asked for long', async () => {
    await forgetAll()
    const { db } = opened
    const hoursAgo = new Date(Date.now() - 3 * 3_600_000)
    const old = { nextAt: hoursAgo, heldUntil: hoursAgo }
    await db.sourceHost.createMany({
      data: [
        { host: 'old.example', ...old },
        { host: 'held.example', ...old, heldUntil: new Date(Date.now() + 60_000) },
      ],
    })
    await createLimiter().run('new.example', async () => {}, always())
    const kept = await db.sourceHost.findMany({ select: { host: true }, orderBy: { host: 'asc' } })
    expect(kept.map(({ host }) => host)).toEqual(['held.example', 'new.example'])
  })
})

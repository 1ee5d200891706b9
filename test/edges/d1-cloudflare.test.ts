import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { CloudflareLimits } from '../../src/services/d1/cloudflare-d1.ts'
import type { D1 } from '../../src/services/d1/d1.ts'
import { openD1 } from '../../src/services/d1/open-d1.ts'
import { never, rowOf, rowsOf } from '../support/d1-contract.ts'
import { type D1Engine, startD1Engine } from '../support/d1-engine.ts'
import { type D1Server, startD1Server } from '../support/d1-server.ts'

let engine: D1Engine
let server: D1Server
beforeAll(async () => {
  engine = await startD1Engine()
})
afterAll(() => engine[Symbol.asyncDispose]())
beforeEach(async () => {
  server = await startD1Server(engine)
})
afterEach(async () => {
  await server.execute('DROP TABLE IF EXISTS events')
  await server[Symbol.asyncDispose]()
})

async function open(access: Partial<D1Server['access']> = {}, limits: Partial<CloudflareLimits> = {}): Promise<D1> {
  const cloudflare = { ...server.access, ...access }
  const d1 = await openD1({ file: '', cloudflare, limits: { requestsPerSecond: 1_000, ...limits } })
  onTestFinished(() => d1[Symbol.asyncDispose]())
  return d1
}

const sent = () => server.log.map(({ statements: [first] }) => first?.sql.split(' ')[0])

it('says which database it is, and not with which token', async () => {
  expect((await open()).place).toBe(`Cloudflare D1 ${server.access.databaseId}`)
})

describe('requests', () => {
  it('are as few as can be: 5,000 rows are one, and the table is looked at once', async () => {
    const d1 = await open()
    await d1.upsert(rowsOf(5_000), never)
    expect(sent()).toEqual(['SELECT', 'CREATE', 'INSERT'])
    await d1.upsert([rowOf(5_001)], never)
    await d1.read(null, 10, never)
    expect(sent().slice(3)).toEqual(['INSERT', 'SELECT'])
  })

  it('are none for no rows', async () => {
    await (await open()).upsert([], never)
    expect(server.log).toEqual([])
  })

  it('carry at most 1 MB in a parameter', async () => {
    await (await open()).upsert(rowsOf(20, { artistName: 'é'.repeat(100_000) }), never)
    const [, , ...upserts] = server.log.flatMap(({ statements }) => statements)
    expect(upserts.length).toBe(5)
    for (const { params, largestParamBytes } of upserts) {
      expect(params).toBe(1)
      expect(largestParamBytes).toBeLessThanOrEqual(1_000_000)
    }
  })

  it('are no more than four a second, of all that use one D1', async () => {
    const d1 = await openD1({ file: '', cloudflare: server.access })
    onTestFinished(() => d1[Symbol.asyncDispose]())
    await d1.check(never)
    await sleep(1_100)
    await d1.read(null, 1, never)
    // late in the second that the one before has begun
    await sleep(700)
    await Promise.all(Array.from({ length: 8 }, () => d1.read(null, 1, never)))
    const times = server.log.slice(3).map(({ at }) => at)
    expect(times).toHaveLength(9)
    // a machine that is busy is late with one and not with the other
    const margin = 200
    for (const [index, at] of times.slice(4).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThan(1_000 - margin)
  })

  it('wait for their turn no longer than until they are aborted', async () => {
    const d1 = await open({}, { requestsPerSecond: 1 })
    const reason = new Error('The service is stopping.')
    const controller = new AbortController()
    const waiting = d1.upsert([rowOf(1)], controller.signal)
    setTimeout(() => controller.abort(reason), 50)
    await expect(waiting).rejects.toBe(reason)
    await sleep(1_200)
    expect(sent()).toEqual(['SELECT'])
  })

  it('take values one by one where the engine has no JSON, from then on', async () => {
    const d1 = await open()
    await d1.check(never)
    const message = 'no such table: json_each: SQLITE_ERROR'
    server.failNext({ status: 400, body: { code: 7500, message } })
    const rows = rowsOf(40)
    await d1.upsert(rows, never)
    await d1.upsert([rowOf(3, { artistName: 'Newer', revision: 2 })], never)
    const upserts = server.log.flatMap(({ statements }) => statements).slice(3)
    expect(upserts.map(({ params }) => params)).toEqual([1, 96, 96, 48, 6])
    expect(await d1.read(null, 100, never)).toEqual(
      rows.map((row) => (row.id === '00003' ? { ...row, artistName: 'Newer', revision: 2 } : row)),
    )
  })

  it('carry JSON again after a refusal that had another reason', async () => {
    const d1 = await open()
    await d1.check(never)
    const broken = { status: 400, body: { code: 7500, message: 'no such function: of_a_trigger: SQLITE_ERROR' } }
    server.failNext(broken, broken)
    await expect(d1.upsert(rowsOf(40), never)).rejects.toMatchObject({ code: 'D1_REFUSED' })
    await d1.upsert(rowsOf(40), never)
    expect(server.log.slice(3).map(({ statements: [first] }) => first?.params)).toEqual([1, 96, 0, 1])
  })

  it.each(['string or blob too big: SQLITE_TOOBIG', 'no such function: json_each: SQLITE_ERROR'])(
    'take values one by one from the row on whose parameter was refused with "%s"',
    async (message) => {
      const d1 = await open()
      await d1.check(never)
      const rows = rowsOf(4, { artistName: 'x'.repeat(400_000) })
      // the first parameter, with two of the rows, is taken
      server.failNext(null, { status: 400, body: { code: 7500, message } })
      await d1.upsert(rows, never)
      const upserts = server.log.slice(3).flatMap(({ statements }) => statements)
      expect(upserts.map(({ params }) => params)).toEqual([1, 1, 12])
      expect(await d1.read(null, 10, never)).toEqual(rows)
    },
  )
})

describe('an interruption', () => {
  it('ends a request under way at once', async () => {
    const d1 = await open()
    await d1.check(never)
    server.failNext('stall')
    const reason = new Error('The run is being cancelled.')
    const controller = new AbortController()
    const begun = Date.now()
    setTimeout(() => controller.abort(reason), 100)
    await expect(d1.upsert([rowOf(1)], controller.signal)).rejects.toBe(reason)
    // the stall lasts 30 s
    expect(Date.now() - begun).toBeLessThan(15_000)
    await d1.upsert([rowOf(2)], never)
    expect(await d1.read(null, 10, never)).toEqual([rowOf(2)])
  })

  it('of the answer alone leaves rows that a repetition does not change', async () => {
    const d1 = await open()
    await d1.check(never)
    server.failNext('lost answer')
    await expect(d1.upsert(rowsOf(3), never)).rejects.toMatchObject({ code: 'D1_UNAVAILABLE', retryable: true })
    expect(await server.execute('SELECT count(*) AS n FROM events')).toEqual([{ n: 3 }])
    await d1.upsert(rowsOf(3), never)
    expect(await d1.read(null, 10, never)).toEqual(rowsOf(3))
  })

  it('in the middle of an adoption is made up for by the next call', async () => {
    await server.execute(
      'CREATE TABLE events (id TEXT PRIMARY KEY, artist_name TEXT, artist_slug TEXT, artist_image_url TEXT, venue_tag TEXT)',
    )
    const d1 = await open()
    const row = rowOf(1)
    // the second request adds the column
    const adding = d1.upsert([row], never)
    server.failNext({ status: 200, body: tableWithoutRevision }, 'lost answer')
    await expect(adding).rejects.toMatchObject({ code: 'D1_UNAVAILABLE' })
    await d1.upsert([row], never)
    expect(await d1.read(null, 10, never)).toEqual([row])
  })

  it('by another process that adds the column first changes nothing', async () => {
    await (await open()).check(never)
    const d1 = await open()
    server.failNext({ status: 200, body: tableWithoutRevision })
    await d1.upsert([rowOf(1)], never)
    expect(sent().slice(-3)).toEqual(['SELECT', 'ALTER', 'INSERT'])
    expect(await d1.read(null, 10, never)).toEqual([rowOf(1)])
  })
})

const oldColumns = ['id', 'artist_name', 'artist_slug', 'artist_image_url', 'venue_tag']
const tableWithoutRevision = JSON.stringify({
  success: true,
  errors: [],
  messages: [],
  result: [{ success: true, meta: {}, results: { columns: ['name'], rows: oldColumns.map((name) => [name]) } }],
})

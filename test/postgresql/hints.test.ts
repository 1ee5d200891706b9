import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { Redis } from 'ioredis'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { dialects } from '../../src/services/db/sql.ts'
import { openFleetOnRedis } from '../../src/services/redis/open-fleet.ts'
import { createEngine, expectConsistent, failure } from '../support/engine.ts'
import { eventually } from '../support/eventually.ts'
import { redisServer } from '../support/installed.ts'
import { startRedis } from '../support/redis.ts'

const log = pino({ level: 'silent' })
const none = { all: 0, background: 0 }
const some = { all: 2, background: 2 }

/** An engine on PostgreSQL, a Redis of its own, and any number of processes that work when a hint comes and else never. */
async function openFleet() {
  await using resources = new AsyncDisposableStack()
  const engine = resources.use(await createEngine())
  const server = await startRedis()
  if (!server) throw new Error('Redis is not installed.')
  resources.defer(server.stop)

  function join(onHint: () => Promise<void> = work) {
    const fleet = resources.use(openFleetOnRedis({ url: server?.url ?? '', prefix: 'test' }, log))
    return resources.use(fleet.openHints({ db: engine.db, dialect: dialects.postgresql })(onHint))
  }

  async function work(): Promise<void> {
    const claim = await engine.claims.claim()
    if (claim) await engine.tasks.succeed(claim)
  }

  const ended = (runId: string) =>
    eventually('the run ends', async () => (await engine.db.run.findUniqueOrThrow({ where: { id: runId } })).finishedAt)
  const owned = resources.move()
  return { engine, server, join, ended, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

describe.runIf(redisServer)('a hint', () => {
  it('comes to a process with a free place for every task that waits', async () => {
    await using fleet = await openFleet()
    const run = await fleet.engine.start(7)
    const server = fleet.join()
    server.take(none)
    const worker = fleet.join()
    worker.take(some)
    server.offer()
    await fleet.ended(run.id)
    await expectConsistent(fleet.engine.db, run.id)
  })

  it('of a retry comes when that is due', async () => {
    await using fleet = await openFleet()
    const { engine } = fleet
    const run = await engine.start(1)
    const claim = await engine.mustClaim()
    const dueAt = new Date(Date.now() + 700)
    await engine.tasks.retry(claim, failure, dueAt)
    const found: (boolean | number)[] = []
    const worker = fleet.join(async () => {
      const next = await engine.claims.claim()
      found.push(next !== null, Date.now())
      if (next) await engine.tasks.succeed(next)
    })
    worker.take(some)
    worker.offer()
    await fleet.ended(run.id)
    expect(found[0]).toBe(true)
    expect(found[1]).toBeGreaterThanOrEqual(dueAt.getTime())
  })

  it('that was lost with all that Redis held is given again', async () => {
    await using fleet = await openFleet()
    const run = await fleet.engine.start(3)
    const worker = fleet.join()
    worker.take(none)
    worker.offer()
    await using redis = connect(fleet.server.url)
    await eventually('hints wait', async () => (await redis.client.llen('test:lane-0:wait')) === 3)
    await redis.client.flushall()
    worker.take(some)
    await fleet.ended(run.id)
  })

  it('comes again after Redis was away, to a process that began without it too', async () => {
    await using fleet = await openFleet()
    await fleet.server.down()
    const worker = fleet.join()
    worker.take(some)
    const run = await fleet.engine.start(2)
    expect(worker.areComing()).toBe(false)
    await fleet.server.up()
    await fleet.ended(run.id)
    await eventually('hints are said to come', () => worker.areComing())
  })

  it('is not given for tasks of a paused run', async () => {
    await using fleet = await openFleet()
    const { engine } = fleet
    const paused = await engine.start(2)
    await engine.runs.pause(paused.id, { name: null, requestId: null })
    const other = await engine.start(1)
    let hints = 0
    const worker = fleet.join(async () => {
      hints += 1
      const claim = await engine.claims.claim()
      if (claim) await engine.tasks.succeed(claim)
    })
    worker.take(some)
    worker.offer()
    await fleet.ended(other.id)
    expect(hints).toBe(1)
  })
})

function connect(url: string) {
  const client = new Redis(url)
  return {
    client,
    async [Symbol.asyncDispose]() {
      client.disconnect()
    },
  }
}

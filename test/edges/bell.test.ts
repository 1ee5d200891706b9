import { setTimeout as sleep } from 'node:timers/promises'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { createBell } from '../../src/services/bell.ts'
import { openRedis } from '../../src/services/redis/open-redis.ts'
import { createRedisBell } from '../../src/services/redis/redis-bell.ts'
import { eventually } from '../support/eventually.ts'
import { redisServer } from '../support/installed.ts'
import { startRedis } from '../support/redis.ts'

const log = pino({ level: 'silent' })

/** A server of its own, and bells of as many processes. */
async function openFleet() {
  await using resources = new AsyncDisposableStack()
  const server = await startRedis()
  if (!server) throw new Error('Redis is not installed.')
  resources.defer(server.stop)
  const bells = [1, 2].map(() => {
    const redis = resources.use(openRedis({ url: server.url, prefix: 'test' }, log))
    return { redis, bell: createRedisBell(redis) }
  })
  const [here, there] = bells as [(typeof bells)[0], (typeof bells)[0]]
  const owned = resources.move()
  return { server, here, there, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const alone = async () => ({ here: { bell: createBell() }, async [Symbol.asyncDispose]() {} })
const kinds = [['of one process', alone] as const, ...(redisServer ? [['of a fleet', openFleet] as const] : [])]

describe.each(kinds)('the bell %s', (_kind, open) => {
  it('is heard by those who listen to an id, and to all of them, once each', async () => {
    await using opened = await open()
    const { bell } = opened.here
    const heard: string[] = []
    bell.listen('run', 'a', (id) => heard.push(`one ${id}`))
    bell.listen('run', null, (id) => heard.push(`all ${id}`))
    bell.listen('image', null, (id) => heard.push(`image ${id}`))
    bell.ring('run', 'a')
    bell.ring('run', 'b')
    // what comes back from Redis must not be heard again
    await sleep(50)
    expect(heard.sort()).toEqual(['all a', 'all b', 'one a'])
  })

  it('is not heard by who has stopped listening', async () => {
    await using opened = await open()
    const { bell } = opened.here
    const heard: string[] = []
    const stop = bell.listen('image', null, (id) => heard.push(id))
    expect(bell.listenerCount).toBe(1)
    bell.ring('image', 'a')
    stop()
    bell.ring('image', 'b')
    expect(heard).toEqual(['a'])
    expect(bell.listenerCount).toBe(0)
  })
})

describe.runIf(redisServer)('the bell of a fleet', () => {
  it('is heard in other processes, also by who listens to one id', async () => {
    await using fleet = await openFleet()
    const heard: string[] = []
    fleet.there.bell.listen('run', 'a', (id) => heard.push(id))
    await eventually('the other process hears it', () => {
      fleet.here.bell.ring('run', 'a')
      fleet.here.bell.ring('run', 'b')
      return heard.includes('a')
    })
    expect(heard).not.toContain('b')
  })

  it('is heard here while Redis is away, and there again when it is back', async () => {
    await using fleet = await openFleet()
    const { server, here, there } = fleet
    const heard: string[] = []
    here.bell.listen('run', null, (id) => heard.push(`here ${id}`))
    there.bell.listen('run', null, (id) => heard.push(`there ${id}`))
    await server.down()
    await eventually('Redis is said to be down', () => here.redis.downSince())
    here.bell.ring('run', 'away')
    expect(heard).toEqual(['here away'])
    await server.up()
    await eventually('the other process hears it again', () => {
      here.bell.ring('run', 'back')
      return heard.includes('there back')
    })
    expect(here.redis.downSince()).toBeNull()
    expect(heard).not.toContain('there away')
  })

  it('goes on after somebody has published what no bell sends', async () => {
    await using fleet = await openFleet()
    const heard: string[] = []
    fleet.there.bell.listen('run', null, (id) => heard.push(id))
    await eventually('the other process hears it', () => {
      fleet.here.bell.ring('run', 'a')
      return heard.includes('a')
    })
    for (const message of ['x', '', 'null', '{}']) await fleet.here.redis.commands.publish('test:bell:run', message)
    await eventually('the other process hears what comes after', () => {
      fleet.here.bell.ring('run', 'b')
      return heard.includes('b')
    })
    expect(new Set(heard)).toEqual(new Set(['a', 'b']))
  })

  it('says that a Redis which accepts connections and does not answer is down', async () => {
    await using fleet = await openFleet()
    const { server, here } = fleet
    await eventually('Redis is said to answer', () => here.redis.downSince() === null)
    server.freeze()
    await eventually('Redis is said to be down', () => here.redis.downSince())
    server.thaw()
    await eventually('Redis is said to answer', () => here.redis.downSince() === null)
  })
})

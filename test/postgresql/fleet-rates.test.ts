import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { localViewer } from '../../src/auth/viewer.ts'
import { createRateLimits } from '../../src/http/rate-limits.ts'
import { openRedis, type Redis } from '../../src/services/redis/open-redis.ts'
import { bearer, post } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { redisServer } from '../support/installed.ts'
import { startRedis } from '../support/redis.ts'
import { createAppWithTokens } from '../support/tokens.ts'

async function startServer() {
  const server = await startRedis()
  if (!server) throw new Error('Redis is not installed.')
  return { ...server, [Symbol.asyncDispose]: server.stop }
}

const untilAnswers = (redis: Redis) => eventually('Redis answers', () => redis.downSince() === null)

async function openAnswering({ url }: { url: string }) {
  const redis = openRedis({ url, prefix: 'test' }, pino({ level: 'silent' }))
  await untilAnswers(redis)
  return redis
}

describe.runIf(redisServer)('several processes on one Redis', () => {
  const viewer = (id: string) => ({ ...localViewer, id })
  const limits = { mutations: 3, uploads: 3, fields: 3 }
  const refused = { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) }

  async function openFleet() {
    await using resources = new AsyncDisposableStack()
    const server = resources.use(await startServer())
    const open = async () => {
      const redis = resources.use(await openAnswering(server))
      return { redis, rates: createRateLimits(limits, redis) }
    }
    const [here, there] = [await open(), await open()]
    const owned = resources.move()
    return { server, here, there, [Symbol.asyncDispose]: () => owned.disposeAsync() }
  }

  it('count together what a token asks for', async () => {
    await using fleet = await openFleet()
    const [one, other] = [fleet.here.rates, fleet.there.rates]
    await one.take('mutations', viewer('a'), 2)
    await other.take('mutations', viewer('a'), 1)
    for (const rates of [one, other])
      await expect(rates.take('mutations', viewer('a'), 1)).rejects.toMatchObject(refused)
    await one.take('mutations', viewer('b'), 3)
    await other.take('uploads', viewer('a'), 3)
  })

  it.each(['down', 'freeze'] as const)(
    'count each for itself while Redis is away (%s), and together again',
    async (end) => {
      await using fleet = await openFleet()
      const { server, here, there } = fleet
      await server[end]()
      for (const { rates } of [here, there]) {
        await rates.take('mutations', viewer('a'), 3)
        await expect(rates.take('mutations', viewer('a'), 1)).rejects.toMatchObject(refused)
      }
      await (end === 'down' ? server.up() : server.thaw())
      for (const { redis } of [here, there]) await untilAnswers(redis)
      await here.rates.take('mutations', viewer('b'), 3)
      await expect(there.rates.take('mutations', viewer('b'), 1)).rejects.toMatchObject(refused)
    },
  )
})

it.runIf(redisServer)('a service with REDIS_URL counts there', async () => {
  await using server = await startServer()
  const env = { REDIS_URL: server.url, CONCURRENCY: '0' }
  await using counting = await createAppWithTokens(env)
  await using redis = await openAnswering(server)
  const headers = bearer(counting.tokens.of.admin)
  expect(
    (await post(counting.app.url, 'mutation { setConcurrency(input: { concurrency: 0 }) { __typename } }', headers))
      .errors,
  ).toBeUndefined()
  expect(await redis.commands.keys('greenroom:mutations-a-minute:*')).toHaveLength(1)
})

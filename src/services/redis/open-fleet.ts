import type { Log } from '../../log.ts'
import type { Db } from '../db/open-db.ts'
import type { Dialect } from '../db/sql.ts'
import type { OnHint } from '../dispatcher.ts'
import { createHints } from './hints.ts'
import { openRedis } from './open-redis.ts'
import { createRedisBell } from './redis-bell.ts'

/** The bell and the hints of a fleet, over one Redis. */
export function openFleetOnRedis(place: { url: string; prefix: string }, log: Log) {
  const redis = openRedis(place, log)
  return {
    bell: createRedisBell(redis),
    openHints: (rows: { db: Db; dialect: Dialect }) => (onHint: OnHint) => createHints({ ...rows, redis, log }, onHint),
    redis,
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  }
}

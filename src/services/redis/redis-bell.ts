import { randomUUID } from 'node:crypto'
import { createRedisEventTarget } from '@graphql-yoga/redis-event-target'
import type { Redis as Connection } from 'ioredis'
import { type Bell, createBell, type Topic, topics } from '../bell.ts'
import type { Redis } from './open-redis.ts'

interface Ring {
  id: string
  /** the bell that rang */
  from: string
}

/**
 * A bell that is heard in every process of the fleet. In this one it is heard at once, whatever becomes of Redis; what
 * others miss while Redis is away they find when they look again by themselves.
 */
export function createRedisBell(redis: Omit<Redis, typeof Symbol.asyncDispose>): Bell {
  const here = createBell()
  const from = randomUUID()
  const subscriber = redis.connect()
  const unheard = () => 0
  const target = createRedisEventTarget<CustomEvent<Ring | null>>({
    // the target leaves what these return alone, and a failure that nobody handles ends the process
    publishClient: {
      publish: async (channel: string, message: string) =>
        // or each ring would wait in memory for as long as Redis is frozen
        redis.downSince() ? unheard() : redis.commands.publish(channel, message).catch(unheard),
    } as unknown as Connection,
    subscribeClient: {
      on: (event: 'message', listener: () => void) => subscriber.on(event, listener),
      subscribe: (channel: string) => subscriber.subscribe(channel).catch(unheard),
    } as unknown as Connection,
    serializer: { stringify: JSON.stringify, parse: parseRing },
  })
  const channelOf = (topic: Topic) => `${redis.prefix}:bell:${topic}`

  // a channel a topic, not one an id: who lists runs hears all of them, and thousands of channels would come and go
  for (const topic of topics) {
    target.addEventListener(channelOf(topic), ({ detail }) => {
      if (detail && detail.from !== from) here.ring(topic, detail.id)
    })
  }

  return {
    ...here,
    get listenerCount() {
      return here.listenerCount
    },
    ring(topic, id) {
      here.ring(topic, id)
      target.dispatchEvent(new CustomEvent(channelOf(topic), { detail: { id, from } }))
    },
  }
}

/** Null for what no bell has sent: anybody who reaches Redis may publish. */
function parseRing(message: string): Ring | null {
  try {
    const { id, from } = JSON.parse(message) as Partial<Ring>
    return typeof id === 'string' && typeof from === 'string' ? { id, from } : null
  } catch {
    return null
  }
}

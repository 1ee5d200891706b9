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
export function createRedisBell(redis: Pick<Redis, 'commands' | 'connect' | 'prefix'>): Bell {
  const here = createBell()
  const from = randomUUID()
  const subscriber = redis.connect()
  const unheard = () => 0
  const target = createRedisEventTarget<CustomEvent<Ring>>({
    // the target leaves what these return alone, and a failure that nobody handles ends the process
    publishClient: {
      publish: (channel: string, message: string) => redis.commands.publish(channel, message).catch(unheard),
    } as unknown as Connection,
    subscribeClient: {
      on: (event: 'message', listener: () => void) => subscriber.on(event, listener),
      subscribe: (channel: string) => subscriber.subscribe(channel).catch(unheard),
    } as unknown as Connection,
  })
  const channelOf = (topic: Topic) => `${redis.prefix}:bell:${topic}`

  // a channel a topic, not one an id: who lists runs hears all of them, and thousands of channels would come and go
  for (const topic of topics) {
    target.addEventListener(channelOf(topic), ({ detail }) => {
      if (detail.from !== from) here.ring(topic, detail.id)
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

import { Redis as Connection } from 'ioredis'
import type { Redis } from '../../test/support/redis.ts'
import { cpuSeconds } from '../processes.ts'

export type RedisWatch = ReturnType<typeof watchRedis>

/** Looks at a Redis from outside of what is measured. */
export function watchRedis({ url, pid }: Pick<Redis, 'url' | 'pid'>) {
  const connection = new Connection(url)
  const read = (text: string, name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1])
  return {
    async work() {
      return {
        commands: read(await connection.info('stats'), 'total_commands_processed'),
        cpuSeconds: cpuSeconds(pid()),
      }
    },
    /** Hints that are left over would be claims for nothing. */
    async forget(): Promise<void> {
      await connection.flushdb()
    },
    [Symbol.dispose]: () => connection.disconnect(),
  }
}

import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { Redis as Connection, type RedisOptions } from 'ioredis'
import type { Log } from '../../log.ts'

/** What several processes tell each other through. Nothing is kept there that is not in the database too. */
export interface Redis extends AsyncDisposable {
  /** answers or fails within `answerMs`; what is asked while Redis is away fails at once */
  readonly commands: Connection
  /** what every key and channel begins with */
  readonly prefix: string
  /** since when it does not answer; null while it does */
  downSince(): Date | null
  /** one more connection, which waits for Redis as long as it is away; closed with this */
  connect(options?: RedisOptions): Connection
}

/** Whoever takes longer to answer does not. */
const answerMs = 2_000
/** A connection that owes an answer for so long is made anew, ms. */
const silenceMs = 30_000
/** How soon an outage is noticed that no connection tells of. */
const lookEveryMs = 1_000

/** Connects by itself, now and after each outage; a Redis that is away is no reason not to start. */
export function openRedis({ url, prefix }: { url: string; prefix: string }, log: Log): Redis {
  const resources = new AsyncDisposableStack()
  /** until it has answered once */
  let since: Date | null = new Date()

  function connect(options: RedisOptions = {}): Connection {
    const connection = new Connection(url, {
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(50 * 2 ** times, 1_000),
      connectTimeout: answerMs,
      // of a machine that has gone without a word; longer than any command blocks
      socketTimeout: silenceMs,
      keepAlive: silenceMs,
      ...options,
    })
    // each failed try to connect tells of itself, for ever; what matters is noticed below
    connection.on('error', () => {})
    resources.defer(() => connection.disconnect())
    return connection
  }

  function note(down: boolean, why?: unknown): void {
    if (down && since === null) {
      since = new Date()
      log.warn({ reason: String(why) }, 'Redis does not answer; work is found by looking at the rows')
    } else if (!down && since !== null) {
      log.info({ awayMs: Date.now() - since.getTime() }, 'Redis answers')
      since = null
    }
  }

  const commands = connect({
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: answerMs,
    socketTimeout: 2 * answerMs,
  })
  const look = () =>
    commands.ping().then(
      () => note(false),
      (error: unknown) => note(true, error),
    )
  const timer = setInterval(() => void look(), lookEveryMs)
  resources.defer(() => clearInterval(timer))
  commands.on('ready', () => note(false))
  commands.on('close', () => note(true, 'the connection was closed'))
  resources.defer(() => void commands.removeAllListeners('close'))

  return {
    commands,
    prefix,
    connect,
    downSince: () => since,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

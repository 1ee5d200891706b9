// A process of the fleet: process.ts DATABASE_URL [REDIS_URL]
import { createLog } from '../../src/log.ts'
import { openDb } from '../../src/services/db/open-db.ts'
import { openFleetOnRedis } from '../../src/services/redis/open-fleet.ts'
import { watchRun } from '../../src/services/run-watch.ts'
import { createFakeEngine } from './engine.ts'
import type { Answer, Order } from './messages.ts'

const [, , url = '', redisUrl] = process.argv
const opened = await openDb(url)
const alone = createFakeEngine(opened)
let hinted: typeof alone | null = null

/** From then on it does nothing without hints. */
async function openHinted() {
  if (!redisUrl) throw new Error('There is no Redis.')
  await alone.dispatcher[Symbol.asyncDispose]()
  return createFakeEngine(opened, openFleetOnRedis({ url: redisUrl, prefix: 'bench' }, createLog('error')))
}

async function claim(atMost: number): Promise<Answer> {
  const taskIds: string[] = []
  const latenciesMs: number[] = []
  while (taskIds.length < atMost) {
    const since = performance.now()
    const claimed = await alone.claims.claim()
    if (!claimed) break
    latenciesMs.push(performance.now() - since)
    taskIds.push(claimed.taskId)
  }
  return { taskIds, latenciesMs }
}

async function read(runId: string): Promise<Answer> {
  let events = 0
  for await (const _event of watchRun({ db: opened.db, bell: alone.bell }, runId, 0)) events += 1
  return { events }
}

async function rest(): Promise<Answer> {
  const { dispatcher } = hinted ?? alone
  dispatcher.concurrency = 0
  await dispatcher.idle()
  return {}
}

async function obey(order: Order): Promise<Answer> {
  if (order.do === 'claim') return claim(order.atMost)
  if (order.do === 'read') return read(order.runId)
  if (order.do === 'rest') return rest()
  if (order.hinted) hinted ??= await openHinted()
  const { dispatcher } = hinted ?? alone
  dispatcher.concurrency = order.concurrency
  dispatcher.wake()
  return {}
}

process.on('message', (order: Order) => obey(order).then((answer) => process.send?.(answer)))
process.once('disconnect', () => process.exit())
process.send?.({})

import { randomUUID } from 'node:crypto'
import os from 'node:os'
import type { Process, ProcessRole } from '../generated/sqlite/client.ts'
import type { Db } from './db/open-db.ts'
import type { Dispatcher } from './dispatcher.ts'
import { createWorkLoop } from './work-loop.ts'

const tellEveryMs = 5_000
/** Whoever has not told of itself for so long is not there, ms. */
const silenceMs = 30_000
/** How long a row of such a one is kept, ms. */
const keepMs = 3_600_000

interface Deps {
  db: Db
  dispatcher: Pick<Dispatcher, 'concurrency' | 'inWork'>
  self: { role: ProcessRole; version: string }
  /** there can be no others, so nobody needs to be told */
  isAlone: boolean
  onError: (error: unknown) => void
}

export interface Processes extends AsyncDisposable {
  /** this one as it is, the others as they told of themselves, the oldest first; without those that are gone */
  list(): Promise<Process[]>
}

/** Which processes share the work, as far as they can tell each other. */
export function createProcesses({ db, dispatcher, self, isAlone, onError }: Deps): Processes {
  const id = randomUUID()
  const startedAt = new Date(performance.timeOrigin)
  const own = (): Process => {
    const { concurrency, inWork } = dispatcher
    return { ...self, id, host: os.hostname(), pid: process.pid, concurrency, inWork, startedAt, seenAt: new Date() }
  }
  const ago = (ms: number) => new Date(Date.now() - ms)

  async function tell(): Promise<false> {
    const { id: _, ...facts } = own()
    await db.process.upsert({ where: { id }, create: { id, ...facts }, update: facts })
    await db.process.deleteMany({ where: { seenAt: { lt: ago(keepMs) } } })
    return false
  }

  const telling = isAlone ? null : createWorkLoop({ step: tell, lookAgainMs: tellEveryMs, onError })
  telling?.wake()

  return {
    async list() {
      const others = isAlone
        ? []
        : await db.process.findMany({ where: { id: { not: id }, seenAt: { gte: ago(silenceMs) } } })
      return [...others, own()].sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
    },
    async [Symbol.asyncDispose]() {
      await telling?.[Symbol.asyncDispose]()
      // with the database away, its row grows old by itself
      if (telling) await db.process.deleteMany({ where: { id } }).catch(onError)
    },
  }
}

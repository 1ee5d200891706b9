import { describe, expect, it } from 'vitest'
import type { Db } from '../../src/services/db/open-db.ts'
import { createProcesses } from '../../src/services/processes.ts'
import { createEngine } from '../support/engine.ts'
import { eventually } from '../support/eventually.ts'

function join(db: Db, role: 'SERVER' | 'WORKER', dispatcher = { concurrency: 4, inWork: 0 }) {
  const onError = (error: unknown) => {
    throw error
  }
  return createProcesses({ db, dispatcher, self: { role, version: '1.2.3' }, isAlone: false, onError })
}

describe('processes that share the work', () => {
  it('know of each other until one ends', async () => {
    await using engine = await createEngine()
    await using server = join(engine.db, 'SERVER', { concurrency: 0, inWork: 0 })
    const worker = join(engine.db, 'WORKER', { concurrency: 4, inWork: 3 })
    const others = () => server.list().then((all) => all.filter(({ role }) => role === 'WORKER'))
    await eventually('the worker has told of itself', async () => (await others()).length === 1)
    expect((await others())[0]).toMatchObject({ pid: process.pid, version: '1.2.3', concurrency: 4, inWork: 3 })
    await worker[Symbol.asyncDispose]()
    expect(await others()).toEqual([])
    expect(await server.list()).toMatchObject([{ role: 'SERVER', concurrency: 0 }])
  })

  it('leave out who has been silent for long', async () => {
    await using engine = await createEngine()
    const facts = { role: 'WORKER', host: 'elsewhere', version: '1', concurrency: 1, inWork: 1 } as const
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000)
    await engine.db.process.createMany({
      data: [
        { ...facts, id: 'killed', pid: 1, startedAt: ago(900), seenAt: ago(40) },
        { ...facts, id: 'slow', pid: 2, startedAt: ago(900), seenAt: ago(10) },
      ],
    })
    await using server = join(engine.db, 'SERVER')
    expect((await server.list()).map(({ pid }) => pid)).toEqual([2, process.pid])
  })
})

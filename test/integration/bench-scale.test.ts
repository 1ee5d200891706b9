import { expect, it } from 'vitest'
import { createFakeEngine } from '../../bench/scale/engine.ts'
import { provider } from '../support/databases.ts'
import { createEngine, expectConsistent } from '../support/engine.ts'

it('work with fake images leaves the rows and events that real ones do', async () => {
  await using engine = await createEngine()
  const { db } = engine
  const run = await engine.start(1)
  await using dispatcher = createFakeEngine({ db, provider }).dispatcher
  dispatcher.concurrency = 1
  await dispatcher.idle()
  await expectConsistent(db, run.id)
  const events = await db.runEvent.findMany({ where: { runId: run.id }, orderBy: { seq: 'asc' } })
  const stored = ['VARIANT_STORED', 'VARIANT_STORED', 'VARIANT_STORED']
  const ofTask = ['TASK_STARTED', 'TASK_DECODED', ...stored, 'TASK_SUCCEEDED']
  expect(events.map(({ type }) => type)).toEqual(['QUEUED', 'PLANNED', 'STARTED', ...ofTask, 'SUCCEEDED'])
  const image = await db.image.findFirstOrThrow({ include: { sets: { include: { variants: true } } } })
  expect(image).toMatchObject({ thumbHash: expect.any(String), readyAt: expect.any(Date) })
  expect(image.sets.map(({ ready, variants }) => [ready, variants.length])).toEqual([[true, 3]])
})

import { expect, it } from 'vitest'
import { createTestApp } from '../support/app.ts'

it('a process that works alone tells of itself as it is now', async () => {
  await using app = await createTestApp({ env: { CONCURRENCY: '3' } })
  const query = '{ system { processes { role pid slots tasksInWork version } version } queue { concurrency } }'
  const { system } = await app.gql<{ system: { processes: object[]; version: string } }>(query)
  const { version } = system
  expect(system.processes).toEqual([{ role: 'SERVER', pid: process.pid, slots: 3, tasksInWork: 0, version }])
  expect(await app.db.process.count()).toBe(0)
})

import { expect, it } from 'vitest'
import { createHttpClient } from '../support/client.ts'
import { jpeg } from '../support/images.ts'
import { endOf } from '../support/run-end.ts'
import { createDataDir, startServer } from '../support/server.ts'
import { announceOne, complete, facts, sendWhole } from '../support/uploads.ts'

it('a service that is killed keeps what it has taken in: files sent, and uploads completed', async () => {
  await using data = await createDataDir()
  const [one, two, three] = [await jpeg(), await jpeg(), await jpeg()]
  const { sent, completed, announced } = await (async () => {
    await using server = await startServer(data.dir)
    const client = createHttpClient(server.url)
    const target = await sendWhole(client, one, 'one.jpg')
    const run = (await complete(client, [target.id])).run.id
    const received = await sendWhole(client, two, 'two.jpg')
    const pending = await announceOne(client, { ...facts(three), clientKey: 'three' })
    await server.stop('SIGKILL')
    return { completed: { target, run }, sent: received, announced: pending }
  })()

  await using server = await startServer(data.dir)
  const client = createHttpClient(server.url)
  expect(await endOf(client, completed.run)).toBe('SUCCEEDED')
  expect((await complete(client, [completed.target.id])).run.id).toBe(completed.run)
  expect(await endOf(client, (await complete(client, [sent.id])).run.id)).toBe('SUCCEEDED')
  expect(await announceOne(client, { ...facts(three), clientKey: 'three' })).toMatchObject({
    id: announced.id,
    state: 'PENDING',
  })
})

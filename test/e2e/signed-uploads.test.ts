import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { jpeg } from '../support/images.ts'
import { createDataDir, type Server, startServer } from '../support/server.ts'
import { announceOne, complete, facts, sendWhole } from '../support/uploads.ts'

/** Asks a server over HTTP. */
function clientOf(server: Server) {
  return {
    async gql<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ query, variables })
      const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body })
      const { data, errors } = (await response.json()) as { data: T; errors?: unknown }
      if (errors) throw new Error(JSON.stringify(errors))
      return data
    },
  }
}

async function ending(server: Server, run: string): Promise<string> {
  const query = 'query ($id: ID!) { run(id: $id) { status } }'
  for (;;) {
    const { status } = (await clientOf(server).gql<{ run: { status: string } }>(query, { id: run })).run
    if (status !== 'QUEUED' && status !== 'RUNNING') return status
    await sleep(50)
  }
}

it('a service that is killed keeps what it has taken in: files sent, and uploads completed', async () => {
  await using data = await createDataDir()
  const [one, two, three] = [await jpeg(), await jpeg(), await jpeg()]
  const { sent, completed, announced } = await (async () => {
    await using server = await startServer(data.dir)
    const client = clientOf(server)
    const target = await sendWhole(client, one, 'one.jpg')
    const run = (await complete(client, [target.id])).run.id
    const received = await sendWhole(client, two, 'two.jpg')
    const pending = await announceOne(client, { ...facts(three), clientKey: 'three' })
    await server.stop('SIGKILL')
    return { completed: { target, run }, sent: received, announced: pending }
  })()

  await using server = await startServer(data.dir)
  const client = clientOf(server)
  expect(await ending(server, completed.run)).toBe('SUCCEEDED')
  expect((await complete(client, [completed.target.id])).run.id).toBe(completed.run)
  expect(await ending(server, (await complete(client, [sent.id])).run.id)).toBe('SUCCEEDED')
  expect(await announceOne(client, { ...facts(three), clientKey: 'three' })).toMatchObject({
    id: announced.id,
    state: 'PENDING',
  })
})

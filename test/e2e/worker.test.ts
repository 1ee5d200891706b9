import { readdir, readFile, readlink } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withNumber } from '../../bench/photos.ts'
import { watchToEnd } from '../fleet/watch.ts'
import { createHttpClient } from '../support/client.ts'
import { tell } from '../support/control.ts'
import { eventually } from '../support/eventually.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { jpeg, photo } from '../support/images.ts'
import { postgresFolder, redisServer } from '../support/installed.ts'
import { endOf } from '../support/run-end.ts'
import { createDataDir, runToEnd } from '../support/server.ts'

/** How many TCP ports a process listens on. */
async function countListeners(pid: number): Promise<number> {
  const fds = await readdir(`/proc/${pid}/fd`)
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8')))
  const sockets = tables
    .join('\n')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return sockets.filter(([, , , state, , , , , , inode]) => state === '0A' && links.includes(`socket:[${inode}]`))
    .length
}

describe('a worker', () => {
  it('is refused a SQLite file, which is for one process', async () => {
    await using data = await createDataDir()
    const { code, stderr } = await runToEnd({ DATA_DIR: data.dir }, ['dist/cli.js', 'worker'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^A worker needs PostgreSQL \(DATABASE_URL\): /)
  })
})

describe.runIf(postgresFolder && redisServer)('workers beside two servers', () => {
  let fleet: Fleet
  const clientOf = (index: number) => createHttpClient(fleet.urls[index] ?? '')
  const started = (run: string) =>
    eventually('the task has begun', async () => {
      const query = 'query ($id: ID!) { run(id: $id) { tasks(first: 1) { nodes { stage status } } } }'
      type Answer = { run: { tasks: { nodes: { stage: string; status: string }[] } } }
      const { nodes } = (await clientOf(0).gql<Answer>(query, { id: run })).run.tasks
      return nodes[0]?.status === 'RUNNING' && nodes[0].stage !== 'FETCH'
    })

  /** the status that comes after another */
  const statusAfter = (id: string, before: string) =>
    eventually(`the run is no longer ${before}`, async () => {
      const query = 'query ($id: ID!) { run(id: $id) { status } }'
      const { status } = (await clientOf(0).gql<{ run: { status: string } }>(query, { id })).run
      return status !== before && status
    })

  beforeAll(async () => {
    fleet = await startFleet({ servers: 2, workers: 0 })
  })
  afterAll(async () => {
    const problems = await fleet.end()
    await fleet[Symbol.asyncDispose]()
    expect(problems).toEqual([])
  })

  it('listen nowhere, and give back what they have in work when they are told to end', async () => {
    await using first = await fleet.startWorker()
    expect(first.url).toBeNull()
    expect(await countListeners(first.pid)).toBe(0)
    const { run } = await clientOf(0).upload(await photo('dragonfly-square.jpg'))
    await started(run.id)
    expect(await first.stop('SIGTERM')).toBe(0)
    await using _second = await fleet.startWorker()
    expect(await endOf(clientOf(1), run.id)).toBe('SUCCEEDED')
    const query = 'query ($id: ID!) { run(id: $id) { tasks(first: 9) { nodes { attempt } } } }'
    expect(await clientOf(1).gql(query, { id: run.id })).toEqual({ run: { tasks: { nodes: [{ attempt: 1 }] } } })
  })

  it('tell how they are at WORKER_PORT, and nothing else', async () => {
    await using worker = await fleet.startWorker({ WORKER_PORT: '0' })
    const ask = (path: string) => fetch(`${worker.url}${path}`)
    expect(await (await ask('/health')).json()).toEqual({ status: 'ok' })
    expect(await (await ask('/ready')).json()).toEqual({ status: 'ready' })
    expect(await (await ask('/metrics')).text()).toContain('greenroom_concurrency 4\n')
    expect((await ask('/graphql')).status).toBe(404)
  })

  it('are told at one server to work and to stop, and are heard of at the other', async () => {
    await using _worker = await fleet.startWorker()
    const done = await clientOf(0).upload(await jpeg())
    const watched = await watchToEnd(fleet.urls[1] ?? '', done.run.id)
    expect(watched).toMatchObject({ lost: 0, problems: [] })

    const large = withNumber(await photo('dandelion-meadow-16mp.jpg'), 1)
    const { run } = await clientOf(0).upload(large)
    await started(run.id)
    await tell(clientOf(1), 'cancelRun', { id: run.id })
    expect(await statusAfter(run.id, 'CANCELLING')).toBe('CANCELLED')
    await eventually('the worker is free', async () => {
      const { queue } = await clientOf(0).gql<{ queue: { running: number } }>('{ queue { running } }')
      return queue.running === 0
    })
  })

  it('go on without Redis, and the servers say that it is away', async () => {
    await using _worker = await fleet.startWorker()
    const downSince = async () => {
      const query = '{ queue { redisDownSince } }'
      return (await clientOf(0).gql<{ queue: { redisDownSince: string | null } }>(query)).queue.redisDownSince
    }
    expect(await downSince()).toBeNull()
    await fleet.redis.down()
    await eventually('the server says that Redis is away', downSince)
    const { run } = await clientOf(0).upload(await jpeg())
    expect(await watchToEnd(fleet.urls[1] ?? '', run.id)).toMatchObject({ lost: 0, problems: [] })
    await fleet.redis.up()
    await eventually('the server says that Redis is back', async () => (await downSince()) === null)
  })
})

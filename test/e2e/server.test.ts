import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createApi } from '../../src/cli/api.ts'
import { createHttpClient } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg, photo } from '../support/images.ts'
import { gone, isAlive } from '../support/processes.ts'
import { endOf } from '../support/run-end.ts'
import { createDataDir, runToEnd, type Server, startServer } from '../support/server.ts'

const upload = ({ url }: Server, bytes: Uint8Array) => createHttpClient(url).upload(bytes)

/** Waits until the original is stored and variants are on their way. */
const inTheMiddle = (dir: string) =>
  eventually('files of the work lie there', async () => (await filesBelow(dir)).length >= 4)

const finished = ({ url }: Server, run: string) => endOf(createHttpClient(url), run)

describe('the built service', () => {
  it('serves, processes, and ends in order on SIGTERM, its image host with it', async () => {
    await using data = await createDataDir()
    await using server = await startServer(data.dir)
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    const { run } = await upload(server, await jpeg())
    expect(await finished(server, run.id)).toBe('SUCCEEDED')
    const host = await server.hostPid()
    expect(isAlive(host)).toBe(true)
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(await gone(host)).toBe(true)
  })

  it('ends in seconds though a client does not answer the closing of its socket, or a refused one holds on', async () => {
    await using data = await createDataDir()
    await using server = await startServer(data.dir)
    const { port, host } = new URL(server.url)
    const upgrade = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`
    const sockets = ['/graphql', '/refused'].map((path) => {
      const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
      socket.write(upgrade(path))
      return socket
    })
    await Promise.all(sockets.map((socket) => once(socket, 'data')))
    const begun = Date.now()
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(Date.now() - begun).toBeLessThan(9_000)
    for (const socket of sockets) socket.destroy()
  })

  it('leaves its work to the next start when it is told to end in the middle', async () => {
    await using data = await createDataDir()
    const first = await startServer(data.dir)
    const { run } = await upload(first, await photo('dandelion-meadow-16mp.jpg'))
    await inTheMiddle(data.dir)
    const begun = Date.now()
    expect(await first.stop('SIGTERM')).toBe(0)
    expect(Date.now() - begun).toBeLessThan(10_000)
    await using second = await startServer(data.dir)
    expect(await finished(second, run.id)).toBe('SUCCEEDED')
  })

  it('is not cut short by a Ctrl-C that comes twice, as it does below npm', async () => {
    await using data = await createDataDir()
    await using server = await startServer(data.dir)
    await upload(server, await photo('dandelion-meadow-16mp.jpg'))
    await inTheMiddle(data.dir)
    const stopped = server.stop('SIGINT')
    await sleep(20)
    process.kill(server.pid, 'SIGINT')
    expect(await stopped).toBe(0)
  })

  it('loses nothing that it accepted when it is killed, and leaves no orphan', async () => {
    await using data = await createDataDir()
    const first = await startServer(data.dir)
    const { run } = await upload(first, await photo('dandelion-meadow-16mp.jpg'))
    const host = await first.hostPid()
    await inTheMiddle(data.dir)
    expect(await first.stop('SIGKILL')).toBe('SIGKILL')
    expect(await gone(host)).toBe(true)
    await using second = await startServer(data.dir)
    expect(await finished(second, run.id)).toBe('SUCCEEDED')
    expect((await filesBelow(data.dir)).filter((file) => file.includes('.tmp'))).toEqual([])
  })

  it('ends at once on a second signal', async () => {
    // one whose orderly end never comes, for the service's own may come before the second signal
    const endless = `import { untilStopped } from './src/signals.ts'
      setInterval(() => {}, 1_000)
      const stopped = untilStopped()
      console.log('up')
      console.log(await stopped)`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', endless], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    await once(child.stdout, 'data')
    await sleep(600)
    child.kill('SIGTERM')
    expect(await ended).toEqual([1, null])
  })

  it('gives a subscriber who comes back after a restart each event once', async () => {
    await using data = await createDataDir()
    const first = await startServer(data.dir)
    const { run } = await upload(first, await photo('dandelion-meadow-16mp.jpg'))
    const seen: { seq: number; type: string }[] = []
    const watching = (async () => {
      const api = createApi(first.url)
      const forEver = new AbortController().signal
      for await (const event of api.watch<{ seq: number; type: string }>('{ seq type }', run.id, forEver)) {
        seen.push(event)
      }
    })()
    await eventually('eight events have come', () => seen.length >= 8)
    expect(await first.stop('SIGTERM')).toBe(0)
    await using _second = await startServer(data.dir, { PORT: new URL(first.url).port })
    await watching
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_event, index) => index + 1))
    expect(seen.map(({ type }) => type)).toContain('TASK_REQUEUED')
    expect(seen.at(-1)?.type).toBe('SUCCEEDED')
  })

  it('says everything that is wrong with its environment, and does not start', async () => {
    const { code, stderr } = await runToEnd({ PORT: 'http', HOST: '0.0.0.0' })
    expect(code).toBe(1)
    expect(stderr).toContain('PORT must be a whole number')
    expect(stderr).toContain('HOST is 0.0.0.0, which others can reach')
  })

  it('says when its port is taken', async () => {
    await using data = await createDataDir()
    await using other = await createDataDir()
    await using server = await startServer(data.dir)
    const { code, stderr } = await runToEnd({ DATA_DIR: other.dir, PORT: new URL(server.url).port })
    expect(code).toBe(1)
    expect(stderr).toContain('is taken')
  })
})

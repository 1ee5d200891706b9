import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { createDataDir, type Server, startServer } from '../test/support/server.ts'
import { median, print } from './figures.ts'
import type { BenchOptions } from './options.ts'

const subscribers = 200
const photos = 'examples/photos'
const question = 'seq type message run { status progress processedCount totalCount }'

/** A text frame of the WebSocket protocol (RFC 6455) as a client sends it; its mask is zero. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text)
  const size = payload.byteLength
  const head = size < 126 ? [0x81, 0x80 | size] : [0x81, 0x80 | 126, size >> 8, size & 255]
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload])
}

/**
 * One subscription over a bare socket. Between its first answer and `finish` nothing is read: what arrives waits in the
 * kernel, since the clients share the machine with the service, and are not what is measured.
 */
function subscribe(server: Server, runId: string): { begun: Promise<unknown>; finish: () => Promise<unknown> } {
  const { port, host } = new URL(server.url)
  const query = `subscription { runProgress(runId: "${runId}") { ${question} } }`
  const socket = connect(Number(port), '127.0.0.1')
  const head = ['GET /graphql HTTP/1.1', `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket']
  const webSocket = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==']
  socket.write([...head, ...webSocket, 'Sec-WebSocket-Protocol: graphql-transport-ws', '', ''].join('\r\n'))
  const closed = once(socket, 'close')
  socket.once('data', () => {
    socket.write(frame('{"type":"connection_init"}'))
    socket.on('data', (data) => {
      if (data.includes('"connection_ack"')) {
        socket.write(frame(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } })))
      }
      if (data.includes('"next"') && socket.emit('begun')) socket.pause()
      if (data.includes('"complete"')) socket.destroy()
    })
  })
  return {
    begun: once(socket, 'begun'),
    finish() {
      socket.resume()
      return closed
    },
  }
}

async function post<T>(server: Server, query: string): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
  return ((await response.json()) as { data: T }).data
}

async function upload(server: Server): Promise<void> {
  for (const name of await readdir(photos)) {
    if (!/\.(jpg|png|webp)$/.test(name)) continue
    const form = new FormData()
    const query =
      'mutation ($file: File!) { uploadImage(input: { file: $file, artistName: "Bench", recipes: ["presets"] }) { __typename } }'
    form.append('operations', JSON.stringify({ query, variables: { file: null } }))
    form.append('map', '{"0":["variables.file"]}')
    form.append('0', new Blob([await readFile(path.join(photos, name))]), name)
    await fetch(`${server.url}/graphql`, { method: 'POST', headers: { 'x-graphql-yoga-csrf': '1' }, body: form })
  }
}

interface Runs {
  runs: { nodes: { status: string }[] }
}

/** Milliseconds of a run over the sample photos with so many subscribers, in a fresh service. */
async function measure(count: number): Promise<number> {
  await using data = await createDataDir()
  await using server = await startServer(data.dir)
  await upload(server)
  const unfinished = '{ runs(status: [QUEUED, RUNNING]) { nodes { status } } }'
  while ((await post<Runs>(server, unfinished)).runs.nodes.length > 0)
    await new Promise((next) => setTimeout(next, 100))
  await post(server, 'mutation { setConcurrency(input: { concurrency: 0 }) { __typename } }')
  const { reprocessImages } = await post<{ reprocessImages: { run: { id: string } } }>(
    server,
    'mutation { reprocessImages(input: { scope: ALL, recipes: ["responsive"] }) { ... on StartRunPayload { run { id } } } }',
  )
  const clients = Array.from({ length: count }, () => subscribe(server, reprocessImages.run.id))
  await Promise.all(clients.map(({ begun }) => begun))
  const begun = performance.now()
  await post(server, 'mutation { setConcurrency(input: { concurrency: 2 }) { __typename } }')
  const reference = subscribe(server, reprocessImages.run.id)
  await reference.begun
  await reference.finish()
  const ms = performance.now() - begun
  await Promise.all(clients.map(({ finish }) => finish()))
  return ms
}

/** One run over the sample photos, with one subscriber and with 200 more. */
export async function benchSubscribers({ rounds = 5 }: BenchOptions): Promise<void> {
  print(`subscribers: a run over the sample photos (responsive), ${rounds} rounds each, in turns`)
  const alone: number[] = []
  const watched: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await measure(0))
    watched.push(await measure(subscribers))
  }
  const slower = median(watched) / median(alone) - 1
  print(`  alone ${median(alone).toFixed(0)} ms, with ${subscribers} subscribers ${median(watched).toFixed(0)} ms`)
  print(`  slower by ${(100 * slower).toFixed(1)} % (median; to be 5 % at most)`)
}

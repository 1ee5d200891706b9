import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import WebSocket from 'ws'
import { createDataDir, type Server, startServer } from '../test/support/server.ts'
import { median, print } from './figures.ts'

const subscribers = 200
const rounds = 5
const photos = 'examples/photos'
const question = 'seq type message run { status progress processedCount totalCount }'

/** Counts the messages of one subscription; no client library, since the clients share the machine. */
function subscribe(server: Server, runId: string): { messages: () => number; done: Promise<void> } {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const query = `subscription { runProgress(runId: "${runId}") { ${question} } }`
  let messages = 0
  const done = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      // by its beginning: to parse it would cost the clients more than it costs the server to send
      const type = data.subarray(0, 40).toString()
      if (type.includes('connection_ack'))
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
      else if (type.includes('complete')) socket.close()
      else messages += 1
    })
    socket.on('close', () => resolve())
  })
  socket.on('open', () => socket.send('{"type":"connection_init"}'))
  return { messages: () => messages, done }
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
  await using server = await startServer(data.dir, { LOG_LEVEL: 'info' })
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
  while (clients.some(({ messages }) => messages() === 0)) await new Promise((next) => setTimeout(next, 20))
  const begun = performance.now()
  await post(server, 'mutation { setConcurrency(input: { concurrency: 2 }) { __typename } }')
  await subscribe(server, reprocessImages.run.id).done
  const ms = performance.now() - begun
  await Promise.all(clients.map(({ done }) => done))
  return ms
}

/** One run over the sample photos, with one subscriber and with 200 more. */
export async function benchSubscribers(): Promise<void> {
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

import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { multipart } from '../test/support/client.ts'
import { photo, pngHeader } from '../test/support/images.ts'
import { createDataDir, type Server, startServer } from '../test/support/server.ts'
import { median, percentile, print, ratios } from './figures.ts'
import type { BenchOptions } from './options.ts'

/** Ordinary queries in each half of a round. */
const questions = 300
const halfOpen = 100
const headersSeconds = 10
const uploadMutation =
  'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { __typename ... on Error { code } } }'

const ordinary = JSON.stringify({
  query: '{ images(first: 20) { totalCount nodes { id filename status readyMaxWidth } } queue { running } }',
})
const aliases = JSON.stringify({ query: `{ ${list(20_000, (i) => `a${i}: __typename`)} }` })
const levels = 16
const bomb = JSON.stringify({
  query: `{runs{nodes{...f0}}}${list(levels, (i) => `fragment f${i} on ProcessingRun{a:parent{...f${i + 1}}b:parent{...f${i + 1}}}`)} fragment f${levels} on ProcessingRun{id kind}`,
})
const large = JSON.stringify({ query: `{ ${'__typename '.repeat(160_000)} }` })

/** How long the bomb is with its fragments written out from a level on, bytes. */
function writtenOut(level = 0): number {
  return level === levels ? 'id kind'.length : 2 * ('a:parent{}'.length + writtenOut(level + 1))
}

function list(count: number, part: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => part(index)).join(' ')
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

type Send = () => Promise<string>

/** What a client sends, on a connection of its own that is kept where the service keeps it. */
function sender(server: Server, body: string | Buffer, headers: Record<string, string>): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return async () => {
    const asked = request(`${server.url}/graphql`, { method: 'POST', agent, headers })
    // a body that is refused by its length is not read to its end
    asked.on('error', () => {})
    asked.end(body)
    const [response] = await once(asked, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
}

const json = (server: Server, body: string) =>
  sender(server, body, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) })

/** The multipart request that sends a picture. */
async function picture(server: Server, bytes: Uint8Array): Promise<Send> {
  const form = new Request(server.url, {
    method: 'POST',
    body: multipart(uploadMutation, { artistName: 'Bench' }, bytes, 'x.png'),
  })
  const body = Buffer.from(await form.arrayBuffer())
  const type = form.headers.get('content-type') ?? ''
  return sender(server, body, {
    'content-type': type,
    'content-length': String(body.byteLength),
    'x-graphql-yoga-csrf': '1',
  })
}

async function times(send: Send, count: number): Promise<number[]> {
  const all: number[] = []
  for (let index = 0; index < count; index += 1) {
    const since = performance.now()
    await send()
    all.push(performance.now() - since)
  }
  return all
}

const p95 = async (ask: Send) => percentile(await times(ask, questions), 0.95)

/** The p95 of the ordinary query while an attacker sends the next as soon as the last is refused. */
async function p95Meanwhile(ask: Send, attack: Send): Promise<number> {
  let over = false
  const attacking = (async () => {
    while (!over) await attack()
  })()
  const value = await p95(ask)
  over = true
  await attacking
  return value
}

/** Of each round: quiet and under attack, in turns. */
async function measure(rounds: number, ask: Send, attacked: () => Promise<number>) {
  const quiet: number[] = []
  const busy: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    quiet.push(await p95(ask))
    busy.push(await attacked())
  }
  return { quietMs: median(quiet), busyMs: median(busy), ratio: ratios(busy, quiet).median }
}

const describe = ({ quietMs, busyMs, ratio }: Awaited<ReturnType<typeof measure>>) =>
  `an ordinary query's p95 ${quietMs.toFixed(1)} -> ${busyMs.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (to be 2 at most)`

/** Connections that send the first lines of a request and no more. */
async function openHalf(server: Server) {
  const { port } = new URL(server.url)
  const sockets = Array.from({ length: halfOpen }, () => connect(Number(port), '127.0.0.1').on('error', () => {}))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const since = performance.now()
  for (const socket of sockets) socket.resume().write(`GET /graphql HTTP/1.1\r\nHost: localhost:${port}\r\n`)
  const ended = Promise.all(sockets.map((socket) => once(socket, 'close'))).then(() => performance.now() - since)
  return { ended }
}

/** How fast the service refuses what is meant to keep it busy, and what an ordinary query notices of it. */
export async function benchAbuse({ rounds = 5 }: BenchOptions): Promise<void> {
  await using data = await createDataDir()
  await using server = await startServer(data.dir, { HEADERS_TIMEOUT_SECONDS: String(headersSeconds) })
  await (await picture(server, await photo('lamp-bird-small.jpg')))()
  const ask = json(server, ordinary)
  await times(ask, 3 * questions)
  print(`abuse: ${rounds} rounds of ${questions} ordinary queries, quiet and under attack in turns`)
  const attacks: [string, string, Send][] = [
    ['20,000 aliases', 'QUERY_TOO_COMPLEX', json(server, aliases)],
    [
      `a fragment bomb of ${bomb.length} bytes, ${megabytes(writtenOut())} written out`,
      'QUERY_TOO_COMPLEX',
      json(server, bomb),
    ],
    [`a query of ${megabytes(large.length)}`, 'REQUEST_TOO_LARGE', json(server, large)],
    ['a PNG of 20000x20000', 'TOO_MANY_PIXELS', await picture(server, pngHeader(20_000, 20_000))],
  ]
  for (const [name, code, attack] of attacks) {
    const answer = await attack()
    if (!answer.includes(code)) throw new Error(`${name} should be refused with ${code}: ${answer.slice(0, 200)}`)
    const refusals = await times(attack, 20)
    print(`  ${name}: refused in ${median(refusals).toFixed(1)} ms (at most ${Math.max(...refusals).toFixed(1)} ms)`)
    print(`    meanwhile ${describe(await measure(rounds, ask, () => p95Meanwhile(ask, attack)))}`)
  }
  const endings: number[] = []
  const meanwhile = await measure(rounds, ask, async () => {
    const { ended } = await openHalf(server)
    const value = await p95(ask)
    endings.push(await ended)
    return value
  })
  const slowest = Math.max(...endings) / 1000
  print(`  ${halfOpen} half-open connections: all ended after ${slowest.toFixed(1)} s (limit ${headersSeconds} s)`)
  print(`    meanwhile ${describe(meanwhile)}`)
}

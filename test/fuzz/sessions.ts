import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { openConnection } from './connection.ts'
import type { Operation } from './documents.ts'
import { type Frame, readTexts, writeFrame } from './frames.ts'
import { FoundError, judgeErrors, judgeStatus, judgeText } from './judge.ts'
import { lines } from './strings.ts'

export interface Session {
  handshake: string[]
  frames: Frame[]
  pauseMs: number
  ending: 'close' | 'half-close' | 'reset'
}

const text = (payload: string, more: Partial<Frame> = {}): Frame => ({
  opcode: 1,
  payload: Buffer.from(payload),
  ...more,
})
const message = (content: unknown) => text(JSON.stringify(content))
const subscribe = (id: unknown, payload: unknown) => message({ type: 'subscribe', id, payload })

/** With nothing in it of who asks. */
export const init = message({ type: 'connection_init' })
const runs = 'subscription { runUpdated { id } }'

/** Messages of graphql-transport-ws, and what is not quite one. */
const messages: Frame[] = [
  init,
  message({ type: 'connection_init', payload: null }),
  message({ type: 'connection_init', payload: 'x' }),
  message({ type: 'connection_init', payload: { __proto__x: 1 } }),
  message({ type: 'connection_ack' }),
  message({ type: 'ping' }),
  message({ type: 'ping', payload: { a: 'x'.repeat(5_000) } }),
  message({ type: 'pong' }),
  message({ type: 'nope', id: '1' }),
  message({ type: 'complete', id: '1' }),
  message({ type: 'complete', id: 'never begun' }),
  message({ type: 'complete' }),
  message({ type: 'next', id: '1', payload: {} }),
  message({ type: 'error', id: '1', payload: [] }),
  subscribe('1', { query: runs }),
  subscribe('1', { query: runs }),
  subscribe('2', { query: '{ __typename }' }),
  subscribe('2', { query: '{ __typename' }),
  subscribe('3', { query: '{ nope }' }),
  subscribe('3', { query: 'subscription { a: runUpdated { id } b: runUpdated { id } }' }),
  subscribe('4', { query: 'mutation { collectGarbage { bytes } }' }),
  subscribe('__proto__', { query: runs }),
  subscribe('', { query: runs }),
  subscribe(5, { query: runs }),
  subscribe('5', {}),
  subscribe('5', null),
  subscribe('5', { query: 5 }),
  subscribe('5', { query: runs, variables: [] }),
  subscribe('5', { query: runs, variables: 'x', operationName: 'nope' }),
  subscribe('6', { query: 'query A { __typename } query B { __typename }' }),
  subscribe('6', { query: 'subscription($id: ID!) { runProgress(runId: $id) { seq } }', variables: { id: 'x' } }),
  subscribe('7', { query: runs, extensions: 5 }),
  text('{'),
  text('null'),
  text('[]'),
  text('5'),
  text(''),
  text('{"type":"subscribe","id":"1","payload":{"query":"\\ud800"}}'),
]

/** Frames that break the rules of the transport. */
const badFrames: Frame[] = [
  text('x', { isMasked: false }),
  text('x', { reserved: 4 }),
  text('x', { reserved: 7 }),
  { opcode: 1, payload: Buffer.from([0xff, 0xfe, 0x80]) },
  { opcode: 2, payload: Buffer.from('{"type":"connection_init"}') },
  { opcode: 3, payload: Buffer.from('x') },
  { opcode: 15, payload: Buffer.alloc(0) },
  { opcode: 0, payload: Buffer.from('continued') },
  text('{"type":', { isFinal: false }),
  { opcode: 0, payload: Buffer.from('"ping"}') },
  { opcode: 9, payload: Buffer.alloc(125) },
  { opcode: 9, payload: Buffer.alloc(126) },
  { opcode: 9, payload: Buffer.alloc(5), isFinal: false },
  { opcode: 10, payload: Buffer.alloc(5) },
  { opcode: 8, payload: Buffer.alloc(0) },
  { opcode: 8, payload: Buffer.alloc(1) },
  { opcode: 8, payload: Buffer.from([0, 1]) },
  { opcode: 8, payload: Buffer.from([0x03, 0xe8, 0xff, 0xff]) },
  text('x'.repeat(70_000)),
  text('x', { length: 126 }),
  text('x', { length: 70_000 }),
  text('x', { length: 2 ** 40 }),
  text('x', { length: Number.MAX_SAFE_INTEGER }),
]

const rightHandshake = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Version: 13',
]
const protocol = 'Sec-WebSocket-Protocol: graphql-transport-ws'
const oddHandshake = lines(`Sec-WebSocket-Protocol: graphql-ws
Sec-WebSocket-Protocol: ,
Sec-WebSocket-Protocol: a, graphql-transport-ws, a
Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=0
Sec-WebSocket-Extensions: x; ="
Sec-WebSocket-Version: 99
Sec-WebSocket-Key: x
Origin: http://evil.invalid
Content-Length: 5
Connection: close
${protocol}`)

/** What a session is made of, beside what is the same for all. */
interface Ingredients {
  /** what is subscribed to, among others */
  operations: fc.Arbitrary<Operation>
  /** header lines of who asks */
  who: fc.Arbitrary<string[]>
  /** the first message */
  begin: fc.Arbitrary<Frame>
}

export function anySession({ operations, who, begin }: Ingredients): fc.Arbitrary<Session> {
  const operation = fc
    .tuple(operations, fc.nat(3))
    .map(([{ query, variables }, id]) => subscribe(String(id), { query, variables }))
  const frame = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...messages) },
    { weight: 2, arbitrary: fc.constantFrom(...badFrames) },
    { weight: 4, arbitrary: operation },
  )
  const handshake = fc.oneof<fc.MaybeWeightedArbitrary<string[]>[]>(
    { weight: 8, arbitrary: fc.constant([...rightHandshake, protocol]) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(...oddHandshake, '').map((header) => [...rightHandshake, header].filter(Boolean)),
    },
    { weight: 1, arbitrary: fc.subarray([...rightHandshake, protocol]) },
  )
  const first = fc.oneof(
    fc.constant([]),
    begin.map((message) => [message]),
  )
  return fc.record({
    handshake: fc.tuple(handshake, who).map((lists) => lists.flat()),
    frames: fc.tuple(first, fc.array(frame, { maxLength: 12 })).map((lists) => lists.flat()),
    pauseMs: fc.nat(5),
    ending: fc.constantFrom<Session['ending'][]>('close', 'half-close', 'reset'),
  })
}

/** How long what comes back is listened to, and how long the service may take to let go, ms. */
const listenMs = 60
const closingMs = 5_000

/** Has the session, judges what comes back; throws FoundError. */
export async function converse(url: string, { handshake, frames, pauseMs, ending }: Session): Promise<void> {
  await using connection = await openConnection(url)
  await connection.write(['GET /graphql HTTP/1.1', `Host: ${new URL(url).host}`, ...handshake, '', ''].join('\r\n'))
  for (const frame of frames) {
    await connection.write(writeFrame(frame))
    await sleep(pauseMs)
  }
  await connection.endsWithin(listenMs)
  if (ending === 'reset') connection.reset()
  else {
    if (ending === 'close') await connection.write(writeFrame({ opcode: 8, payload: Buffer.from([0x03, 0xe8]) }))
    connection.end()
    if (!(await connection.endsWithin(closingMs))) {
      throw new FoundError('The service keeps a WebSocket whose client has closed it.')
    }
  }
  judge(connection.heard())
}

function judge(bytes: Buffer): void {
  const head = bytes.indexOf('\r\n\r\n')
  const status = /^HTTP\/1\.1 (\d{3})/.exec(bytes.toString('latin1', 0, Math.max(head, 0)))?.[1]
  if (status) judgeStatus('WebSocket /graphql', Number(status))
  if (status !== '101') {
    judgeText(bytes.toString('utf8'))
    return
  }
  for (const each of readTexts(bytes.subarray(head + 4))) {
    judgeText(each)
    const { type, payload } = JSON.parse(each) as { type: string; payload?: unknown }
    if (type === 'error') judgeErrors(payload as { message: string }[])
    if (type === 'next') judgeErrors((payload as { errors?: { message: string }[] }).errors ?? [])
  }
}

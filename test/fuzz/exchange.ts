import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, openConnection } from './connection.ts'
import { FoundError, judgeBody, judgeStatus } from './judge.ts'

/** What is written to a socket, byte for byte. */
export interface Exchange {
  /** where it goes, for the rules that depend on it */
  path: string
  pieces: string[]
  /** between the pieces, ms */
  pauseMs: number
  /** an answer is owed: by HTTP's rules the request is there in full */
  isWhole: boolean
  /** what the client does when it has said everything */
  ending: 'wait' | 'half-close' | 'reset'
}

/** How long an answer may take that is owed, and one that is not, ms. */
const patience = { owed: 15_000, notOwed: 120 }

/** How long the service may hold a connection that its client has closed, ms. */
const closingMs = 5_000

/** Says it, hears what comes back, and judges that; throws FoundError. */
export async function exchange(url: string, { path, pieces, pauseMs, isWhole, ending }: Exchange): Promise<void> {
  await using connection = await openConnection(url)
  await say(connection, pieces, pauseMs)
  if (ending === 'reset') {
    connection.reset()
    return
  }
  const isHead = pieces[0]?.startsWith('HEAD') ?? false
  const isAnswered = await hearAnswer(connection, isHead, isWhole ? patience.owed : patience.notOwed)
  if (isWhole && !isAnswered) throw new FoundError(`No whole answer within ${patience.owed} ms.`)
  if (isWhole && connection.heard().length === 0) throw new FoundError('The connection was closed without an answer.')
  if (ending === 'half-close') {
    connection.end()
    if (!(await connection.endsWithin(closingMs))) {
      throw new FoundError('The service keeps a connection whose client has closed it.')
    }
  }
  judge(path, connection.heard().toString('utf8'))
}

async function say(connection: Connection, pieces: readonly string[], pauseMs: number): Promise<void> {
  for (const [index, piece] of pieces.entries()) {
    if (index > 0 && pauseMs > 0) await sleep(pauseMs)
    // in latin1, a byte is a character
    await connection.write(Buffer.from(piece, 'latin1'))
  }
}

/** Until there is one whole answer or the connection has ended; false when neither comes in time. */
async function hearAnswer(connection: Connection, isHead: boolean, ms: number): Promise<boolean> {
  const until = Date.now() + ms
  while (!connection.ended && !isWholeAnswer(connection.heard().toString('latin1'), isHead)) {
    if (Date.now() > until) return false
    await sleep(5)
  }
  return true
}

const headEnd = '\r\n\r\n'

/** By the length that it has of its own. */
function isWholeAnswer(text: string, isHead: boolean): boolean {
  const end = text.indexOf(headEnd)
  if (end < 0 || /^HTTP\/1\.1 100 /.test(text)) return false
  if (isHead || /^HTTP\/1\.\d (204|304)/.test(text)) return true
  const head = text.slice(0, end)
  if (/^transfer-encoding: *chunked/im.test(head)) return text.endsWith('0\r\n\r\n')
  const length = /^content-length: *(\d+)/im.exec(head)?.[1] ?? '0'
  return text.length >= end + headEnd.length + Number(length)
}

function judge(path: string, text: string): void {
  for (const [, status] of text.matchAll(/^HTTP\/1\.[01] (\d{3}) /gm)) judgeStatus(path, Number(status))
  const [, head, rest] = /^HTTP\/1\.[01] \d{3}(.*?)\r\n\r\n(.*)$/s.exec(text) ?? []
  const isChunked = /^transfer-encoding: *chunked/im.test(head ?? '')
  judgeBody(isChunked ? (rest ?? '').replace(/^[0-9a-f]+\r\n|\r\n(?:[0-9a-f]+\r\n)?/gim, '') : (rest ?? text))
}

import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { FoundError, judgeAnswer, judgeStatus, judgeText } from './judge.ts'

/** What is written to a socket, byte for byte. */
export interface Exchange {
  /** where it goes, for the rules that depend on it */
  path: string
  pieces: (string | Buffer)[]
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
export async function exchange(port: number, { path, pieces, pauseMs, isWhole, ending }: Exchange): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const heard: Buffer[] = []
  let ended = false
  const over = new Promise<void>((resolve) => {
    socket.on('data', (some) => heard.push(some))
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('close', () => {
      ended = true
      resolve()
    })
  })
  try {
    for (const [index, piece] of pieces.entries()) {
      if (index > 0 && pauseMs > 0) await sleep(pauseMs)
      if (ended) break
      // in latin1, a byte is a character
      await new Promise((resolve) => socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece, resolve))
    }
    if (ending === 'reset') {
      socket.resetAndDestroy()
      return
    }
    const isHead = String(pieces[0]).startsWith('HEAD')
    const whole = () => ended || isAnswered(Buffer.concat(heard).toString('latin1'), isHead)
    const until = Date.now() + (isWhole ? patience.owed : patience.notOwed)
    while (!whole() && Date.now() < until) await sleep(5)
    const answer = Buffer.concat(heard).toString('utf8')
    if (isWhole && !whole()) throw new FoundError(`No answer within ${patience.owed} ms, but ${answer.length} bytes.`)
    if (ending === 'half-close' && !ended) {
      socket.end()
      await Promise.race([over, sleep(closingMs, undefined, { ref: false })])
      if (!ended) throw new FoundError('The service keeps a connection whose client has closed it.')
    }
    judge(path, Buffer.concat(heard).toString('utf8'))
  } finally {
    socket.destroy()
  }
}

const headEnd = '\r\n\r\n'

/** Whether there is one whole answer, by its own length. */
function isAnswered(text: string, isHead: boolean): boolean {
  const end = text.indexOf(headEnd)
  if (end < 0 || /^HTTP\/1\.1 100 /.test(text)) return false
  if (isHead) return true
  const head = text.slice(0, end)
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (length !== undefined) return text.length >= end + headEnd.length + Number(length) || /^HTTP\/1\.\d (204|304)/.test(head)
  if (/^transfer-encoding: *chunked/im.test(head)) return text.endsWith('0\r\n\r\n')
  return true
}

function judge(path: string, text: string): void {
  for (const [, status] of text.matchAll(/^HTTP\/1\.[01] (\d{3}) /gm)) judgeStatus(path, Number(status))
  const [, status, head = '', rest = ''] = /^HTTP\/1\.[01] (\d{3})([^]*?)\r\n\r\n([^]*)$/.exec(text) ?? []
  if (status === undefined) return judgeText(text)
  const body = /^transfer-encoding: *chunked/im.test(head) ? rest.replace(/^[0-9a-f]+\r\n|\r\n(?:[0-9a-f]+\r\n)?/gim, '') : rest
  judgeAnswer(path, { status: Number(status), body })
}

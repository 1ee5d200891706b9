import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError, type ErrorCode } from '../errors.ts'
import type { Log } from '../log.ts'
import { tokenHeader } from '../services/storage/local-targets.ts'
import type { Received, Transfer, Transfers } from '../services/transfers.ts'
import { type TransferProblem, TransferRefusedError } from '../transfer-errors.ts'
import { answerJson } from './answer-json.ts'
import { requestLog } from './request-id.ts'

const transferStatuses: Record<TransferProblem, number> = {
  NO_TOKEN: 401,
  WRONG_TOKEN: 403,
  ALREADY_SENT: 409,
  EXPIRED: 410,
  WRONG_TYPE: 415,
  TOO_LONG: 413,
  TOO_SHORT: 400,
  WRONG_HASH: 400,
  NO_OFFSET: 400,
  WRONG_OFFSET: 409,
  TAKEN_OVER: 409,
}

const otherStatuses: Partial<Record<ErrorCode, number>> = {
  NOT_FOUND: 404,
  STORAGE_UNAVAILABLE: 503,
  STORAGE_NOT_CONFIGURED: 503,
}

/** Whoever sends too much, or is not the sender any more, is not listened to any longer. */
const cutOff: readonly TransferProblem[] = ['TOO_LONG', 'TAKEN_OVER']

/**
 * /uploads/{id}, never holding a file in memory: PUT takes it in, HEAD tells how much of it is here, PATCH goes on from
 * there. 204 once what was sent is on the disk.
 */
export function createUploadRoute({ transfers, log }: { transfers: Transfers; log: Log }) {
  const methods = new Map<string, (id: string, request: IncomingMessage) => Promise<Received | null>>([
    ['PUT', (id, request) => transfers.receive(id, read(request)).then(() => null)],
    ['HEAD', (id, request) => transfers.look(id, tokenOf(request))],
    ['PATCH', (id, request) => transfers.append(id, { ...read(request), offset: offsetOf(request) })],
  ])

  return async (request: IncomingMessage, response: ServerResponse, id: string): Promise<void> => {
    const take = methods.get(request.method ?? '')
    if (!take) {
      const body = { error: 'A file is sent with PUT or PATCH.', code: 'INVALID_INPUT' }
      return answerJson(response, 405, body, { Allow: [...methods.keys()].join(', ') })
    }
    try {
      const received = await take(id, request)
      response.writeHead(request.method === 'HEAD' ? 200 : 204, received ? describe(received) : {}).end()
    } catch (error) {
      // the client has gone
      const ofRequest = requestLog(log, request)
      if (response.destroyed) return ofRequest.debug({ err: error }, 'an upload was broken off')
      refuse(response, error, ofRequest)
    }
  }
}

const describe = ({ offset, length }: Received) => ({ 'Upload-Offset': offset, 'Upload-Length': length })

function tokenOf({ headers: { [tokenHeader]: token } }: IncomingMessage): string | null {
  return typeof token === 'string' ? token : null
}

function offsetOf({ headers: { 'upload-offset': offset } }: IncomingMessage): number | null {
  return typeof offset === 'string' && /^\d{1,15}$/.test(offset) ? Number(offset) : null
}

function read(request: IncomingMessage): Transfer {
  const { 'content-type': contentType, 'content-length': contentLength } = request.headers
  return {
    token: tokenOf(request),
    contentType: contentType ?? null,
    contentLength: contentLength === undefined ? null : Number(contentLength),
    // a stream that is destroyed takes the connection with it, and nobody would read the answer
    body: request.iterator({ destroyOnReturn: false }),
  }
}

function refuse(response: ServerResponse, error: unknown, log: Log): void {
  if (!(error instanceof AppError)) {
    log.error({ err: error }, 'cannot take an upload in')
    answerJson(response, 500, { error: 'Something unexpected went wrong.', code: 'INTERNAL_ERROR' })
    return
  }
  const transfer = error instanceof TransferRefusedError ? error : null
  const status = transfer ? transferStatuses[transfer.problem] : (otherStatuses[error.code] ?? 500)
  // of all others Node reads the rest, so that they hear us
  const headers = {
    ...(transfer && cutOff.includes(transfer.problem) && { Connection: 'close' }),
    ...(transfer?.offset != null && { 'Upload-Offset': String(transfer.offset) }),
  }
  answerJson(response, status, { error: error.message, code: error.code }, headers)
}

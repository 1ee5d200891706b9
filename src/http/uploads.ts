import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError, type ErrorCode } from '../errors.ts'
import type { Log } from '../log.ts'
import { tokenHeader } from '../services/storage/local-targets.ts'
import type { Transfer, Transfers } from '../services/transfers.ts'
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
}

const otherStatuses: Partial<Record<ErrorCode, number>> = {
  NOT_FOUND: 404,
  STORAGE_UNAVAILABLE: 503,
  STORAGE_NOT_CONFIGURED: 503,
}

/** PUT /uploads/{id}: takes the file of an upload in, without ever holding it in memory; 204 once it is on the disk. */
export function createUploadRoute({ transfers, log }: { transfers: Transfers; log: Log }) {
  return async (request: IncomingMessage, response: ServerResponse, id: string): Promise<void> => {
    if (request.method !== 'PUT') {
      const body = { error: 'A file is sent with PUT.', code: 'INVALID_INPUT' }
      return answerJson(response, 405, body, { Allow: 'PUT' })
    }
    try {
      await transfers.receive(id, read(request))
      response.writeHead(204).end()
    } catch (error) {
      // the client has gone, and with it what it had sent
      const ofRequest = requestLog(log, request)
      if (response.destroyed) return ofRequest.debug({ err: error }, 'an upload was broken off')
      refuse(response, error, ofRequest)
    }
  }
}

function read(request: IncomingMessage): Transfer {
  const { [tokenHeader]: token, 'content-type': contentType, 'content-length': contentLength } = request.headers
  return {
    token: typeof token === 'string' ? token : null,
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
  const isTransfer = error instanceof TransferRefusedError
  const status = isTransfer ? transferStatuses[error.problem] : (otherStatuses[error.code] ?? 500)
  // whoever sends too much is not listened to any longer; of the others Node reads the rest, so that they hear us
  const headers = { ...(status === 413 && { Connection: 'close' }) }
  answerJson(response, status, { error: error.message, code: error.code }, headers)
}

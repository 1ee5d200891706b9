import { AppError, type ErrorCode } from './errors.ts'

/** Why a file that is sent to this service is not taken. */
export type TransferProblem =
  | 'NO_TOKEN'
  | 'WRONG_TOKEN'
  | 'ALREADY_SENT'
  | 'EXPIRED'
  | 'WRONG_TYPE'
  | 'TOO_LONG'
  | 'TOO_SHORT'
  | 'WRONG_HASH'
  | 'NO_OFFSET'
  | 'WRONG_OFFSET'
  | 'TAKEN_OVER'

const transferCodes: Record<TransferProblem, ErrorCode> = {
  NO_TOKEN: 'UNAUTHORIZED',
  WRONG_TOKEN: 'FORBIDDEN',
  ALREADY_SENT: 'INVALID_INPUT',
  EXPIRED: 'NOT_FOUND',
  WRONG_TYPE: 'INVALID_INPUT',
  TOO_LONG: 'IMAGE_TOO_LARGE',
  TOO_SHORT: 'CORRUPT_IMAGE',
  WRONG_HASH: 'CORRUPT_IMAGE',
  NO_OFFSET: 'INVALID_INPUT',
  WRONG_OFFSET: 'INVALID_INPUT',
  TAKEN_OVER: 'INVALID_INPUT',
}

export class TransferRefusedError extends AppError {
  override readonly name = 'TransferRefusedError'
  readonly code: ErrorCode
  readonly problem: TransferProblem
  /** how many bytes there are, where they are more or fewer than the sender thinks */
  readonly offset: number | null
  constructor(problem: TransferProblem, message: string, offset: number | null = null) {
    super(message)
    this.problem = problem
    this.offset = offset
    this.code = transferCodes[problem]
  }
}

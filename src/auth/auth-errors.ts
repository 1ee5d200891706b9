import { AppError, OperatorError } from '../errors.ts'

/** Who asks is not known. */
export class UnauthorizedError extends AppError {
  override readonly name = 'UnauthorizedError'
  readonly code = 'UNAUTHORIZED'
}

/** Who asks was known until now. */
export const endedToken = () => new UnauthorizedError('The token does not hold any more.')

/** Who asks is known, and may not do this. */
export class ForbiddenError extends AppError {
  override readonly name = 'ForbiddenError'
  readonly code = 'FORBIDDEN'
}

/** The file of the tokens cannot be used. */
export class TokenFileError extends OperatorError {
  override readonly name = 'TokenFileError'
}

/** Everything that can go wrong in a way the caller can act on; the API shows these codes, and those of requests. */
export const errorCodes = [
  'UNSUPPORTED_IMAGE_TYPE',
  'IMAGE_TOO_LARGE',
  'IMAGE_TOO_SMALL',
  'TOO_MANY_PIXELS',
  'CORRUPT_IMAGE',
  'NOT_FOUND',
  'NO_IMAGES_MATCHED',
  'RUN_ALREADY_ACTIVE',
  'STORAGE_NOT_CONFIGURED',
  'STORAGE_UNAVAILABLE',
  'SOURCE_BLOCKED',
  'SOURCE_UNAVAILABLE',
  'QUEUE_FULL',
  'RATE_LIMITED',
  'UNKNOWN_RECIPE',
  'INVALID_INPUT',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'POISON_IMAGE',
  'DEADLINE_EXCEEDED',
  'INTERNAL_ERROR',
  'EVENTS_EXPIRED',
  'D1_UNAVAILABLE',
  'D1_REFUSED',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** An expected failure: `message` is a sentence for a person, `retryable` says whether trying again can help. */
export abstract class AppError extends Error {
  abstract readonly code: ErrorCode
  readonly retryable: boolean = false

  /** Begins the sentence with which of several things it is about, where the thrower could not know; returns itself. */
  about(subject: string): this {
    this.message = `${subject}: ${this.message}`
    return this
  }
}

export class UnsupportedImageTypeError extends AppError {
  override readonly name = 'UnsupportedImageTypeError'
  readonly code = 'UNSUPPORTED_IMAGE_TYPE'
  constructor(mimeType: string) {
    super(`Unsupported image type: ${mimeType}`)
  }
}

export class ImageTooLargeError extends AppError {
  override readonly name = 'ImageTooLargeError'
  readonly code = 'IMAGE_TOO_LARGE'
  constructor(maxBytes: number) {
    super(`File too large (max ${Math.floor(maxBytes / 1024 / 1024)}MB)`)
  }
}

export class ImageTooSmallError extends AppError {
  override readonly name = 'ImageTooSmallError'
  readonly code = 'IMAGE_TOO_SMALL'
  constructor(size: { width: number; height: number }, min: { width: number; height: number }) {
    super(`The image is ${size.width}x${size.height} px; at least ${min.width}x${min.height} px is needed.`)
  }
}

export class TooManyPixelsError extends AppError {
  override readonly name = 'TooManyPixelsError'
  readonly code = 'TOO_MANY_PIXELS'
  constructor(size: { width: number; height: number; frames: number }, maxPixels: number) {
    const frames = size.frames > 1 ? ` in ${size.frames} frames` : ''
    super(`The image is ${size.width}x${size.height} px${frames}; at most ${maxPixels / 1e6} megapixels are accepted.`)
  }
}

export class CorruptImageError extends AppError {
  override readonly name = 'CorruptImageError'
  readonly code = 'CORRUPT_IMAGE'
}

export class PoisonImageError extends AppError {
  override readonly name = 'PoisonImageError'
  readonly code = 'POISON_IMAGE'
  constructor(deaths: number) {
    super(`The image ended the image host ${deaths} times while it was alone in it, and is not tried again.`)
  }
}

export class NotFoundError extends AppError {
  override readonly name = 'NotFoundError'
  readonly code = 'NOT_FOUND'
  constructor(what: string, id: string) {
    super(`There is no ${what} ${id}.`)
  }
}

export class NoImagesMatchedError extends AppError {
  override readonly name = 'NoImagesMatchedError'
  readonly code = 'NO_IMAGES_MATCHED'
  constructor() {
    super('No images matched the scope.')
  }
}

export class RunAlreadyActiveError extends AppError {
  override readonly name = 'RunAlreadyActiveError'
  readonly code = 'RUN_ALREADY_ACTIVE'
  /** the id of the run in the database, not the API's global id */
  readonly activeRunId: string
  constructor(activeRunId: string) {
    super('Another run that excludes this one is already active; wait for its end or cancel it.')
    this.activeRunId = activeRunId
  }
}

export class StorageUnavailableError extends AppError {
  override readonly name = 'StorageUnavailableError'
  readonly code = 'STORAGE_UNAVAILABLE'
  override readonly retryable = true
  /** the storage as a whole is away, not only this object */
  readonly outage: boolean
  /** how long the storage asks to be left alone, ms */
  readonly retryAfterMs: number
  constructor(message: string, { outage = false, retryAfterMs = 0, ...options }: StorageTrouble & ErrorOptions = {}) {
    super(message, options)
    this.outage = outage
    this.retryAfterMs = retryAfterMs
  }
}

interface StorageTrouble {
  outage?: boolean
  retryAfterMs?: number
}

/** The storage answers, but not to us: the wrong bucket, key or permission. Waiting does not help. */
export class StorageNotConfiguredError extends AppError {
  override readonly name = 'StorageNotConfiguredError'
  readonly code = 'STORAGE_NOT_CONFIGURED'
  /** it refuses us altogether, and not only this object */
  readonly whole: boolean
  constructor(message: string, { whole = true, ...options }: { whole?: boolean } & ErrorOptions = {}) {
    super(message, options)
    this.whole = whole
  }
}

/** The address may not be fetched from: not public, not http(s), or its owner forbids it. */
export class SourceBlockedError extends AppError {
  override readonly name = 'SourceBlockedError'
  readonly code = 'SOURCE_BLOCKED'
}

export class SourceUnavailableError extends AppError {
  override readonly name = 'SourceUnavailableError'
  readonly code = 'SOURCE_UNAVAILABLE'
  override readonly retryable: boolean
  readonly httpStatus: number | null
  /** false: we have not asked at all, because its host wants to be left alone */
  readonly asked: boolean
  /** how long the source asks to be left alone, ms */
  readonly retryAfterMs: number
  constructor(
    message: string,
    { retryable, httpStatus = null, retryAfterMs = 0, asked = true, ...options }: SourceTrouble & ErrorOptions,
  ) {
    super(message, options)
    this.retryable = retryable
    this.httpStatus = httpStatus
    this.asked = asked
    this.retryAfterMs = retryAfterMs
  }
}

interface SourceTrouble {
  retryable: boolean
  httpStatus?: number | null
  asked?: boolean
  retryAfterMs?: number
}

export class UnknownRecipeError extends AppError {
  override readonly name = 'UnknownRecipeError'
  readonly code = 'UNKNOWN_RECIPE'
  constructor(recipe: string, known: readonly string[]) {
    super(`There is no recipe "${recipe}"; the recipes are ${known.join(', ')}.`)
  }
}

export class InvalidInputError extends AppError {
  override readonly name = 'InvalidInputError'
  readonly code = 'INVALID_INPUT'
  /** the input field at fault, as the API names it */
  readonly field: string
  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** A subscription asked for events that were pruned; the run itself tells the end of the story. */
export class EventsExpiredError extends AppError {
  override readonly name = 'EventsExpiredError'
  readonly code = 'EVENTS_EXPIRED'
  constructor(afterSeq: number, firstSeq: number) {
    super(`The events after ${afterSeq} are no longer kept; the first one left is ${firstSeq}.`)
  }
}

/** What whoever runs the program can mend: its message is all that has to be printed. */
export abstract class OperatorError extends Error {}

/** An error as a program prints it at its end: a sentence, or the stack of what nobody foresaw. */
export function describeEnd(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error instanceof OperatorError ? error.message : (error.stack ?? error.message)
}

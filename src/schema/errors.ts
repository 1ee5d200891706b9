import * as d1Errors from '../d1-errors.ts'
import type { AppError } from '../errors.ts'
import * as errors from '../errors.ts'
import * as limitErrors from '../limit-errors.ts'
import { builder } from './builder.ts'

export const ErrorCode = builder.enumType('ErrorCode', {
  description: 'Why something could not be done, for programs.',
  values: {
    UNSUPPORTED_IMAGE_TYPE: { description: 'The content is no JPEG, PNG or WebP.' },
    IMAGE_TOO_LARGE: { description: 'The file has too many bytes.' },
    IMAGE_TOO_SMALL: { description: 'The picture has too few pixels a side.' },
    TOO_MANY_PIXELS: { description: 'Width x height x frames is too much to decode.' },
    CORRUPT_IMAGE: { description: 'The file is cut off or damaged.' },
    NOT_FOUND: { description: 'There is no such thing.' },
    NO_IMAGES_MATCHED: { description: 'The scope holds no image.' },
    RUN_ALREADY_ACTIVE: { description: 'A run that excludes this one is under way.' },
    STORAGE_NOT_CONFIGURED: { description: 'There is no usable storage.' },
    STORAGE_UNAVAILABLE: { description: 'The storage does not answer as it should; later it may.' },
    SOURCE_BLOCKED: { description: 'The address may not be fetched from.' },
    SOURCE_UNAVAILABLE: { description: 'The source does not answer as it should.' },
    QUEUE_FULL: { description: 'There is more waiting than is accepted.' },
    RATE_LIMITED: { description: 'Who asks has asked too often lately.' },
    UNKNOWN_RECIPE: { description: 'There is no recipe of that name.' },
    INVALID_INPUT: { description: 'A field of the input breaks a rule.' },
    UNAUTHORIZED: { description: 'Who asks is not known.' },
    FORBIDDEN: { description: 'Who asks may not do this.' },
    POISON_IMAGE: { description: 'The image ended the image host more than once.' },
    DEADLINE_EXCEEDED: { description: 'It took longer than allowed.' },
    INTERNAL_ERROR: { description: 'Something unexpected; the log has it.' },
    EVENTS_EXPIRED: { description: 'The events asked for are no longer kept.' },
    D1_UNAVAILABLE: { description: 'D1 does not answer as it should; later it may.' },
    D1_REFUSED: { description: 'D1 refuses what was asked; somebody has to mend it.' },
  } satisfies Record<errors.ErrorCode, { description: string }>,
})

const ErrorInterface = builder.interfaceRef<AppError>('Error').implement({
  description: 'What went wrong, in a form that programs and people can act on.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCode, description: 'Why, for programs.' }),
    message: t.exposeString('message', { description: 'Why, in a sentence.' }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether the same request may work later.' }),
  }),
})

const plain: readonly [new (...args: never) => AppError, string][] = [
  [errors.UnsupportedImageTypeError, 'The content is none of the accepted image types.'],
  [errors.ImageTooLargeError, 'The file has more bytes than are accepted.'],
  [errors.ImageTooSmallError, 'The picture is smaller than is accepted.'],
  [errors.TooManyPixelsError, 'The picture has more pixels than are accepted.'],
  [errors.CorruptImageError, 'The file is cut off or damaged.'],
  [errors.NotFoundError, 'There is nothing with that id.'],
  [errors.NoImagesMatchedError, 'No image is in the scope.'],
  [errors.StorageUnavailableError, 'The storage does not answer as it should.'],
  [errors.StorageNotConfiguredError, 'The storage refuses us; waiting does not help.'],
  [errors.SourceBlockedError, 'The address may not be fetched from.'],
  [d1Errors.D1UnavailableError, 'D1 does not answer as it should.'],
  [d1Errors.D1RefusedError, 'D1 refuses us; waiting does not help.'],
  [errors.UnknownRecipeError, 'There is no recipe of that name.'],
]

for (const [type, description] of plain) {
  builder.objectType(type as new () => AppError, { name: type.name, description, interfaces: [ErrorInterface] })
}

builder.objectType(errors.InvalidInputError, {
  name: 'InvalidInputError',
  description: 'A field of the input breaks a rule.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ field: t.exposeString('field', { description: 'Which one, as the input names it.' }) }),
})

builder.objectType(errors.RunAlreadyActiveError, {
  name: 'RunAlreadyActiveError',
  description: 'A run that excludes this one is under way.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    activeRunId: t.globalID({
      description: 'The run under way.',
      resolve: ({ activeRunId }) => ({ type: 'ProcessingRun', id: activeRunId }),
    }),
  }),
})

builder.objectType(limitErrors.QueueFullError, {
  name: 'QueueFullError',
  description: 'As many tasks wait as may. Nothing was stored.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      description: 'When to try again, by what was done lately; seconds.',
    }),
  }),
})

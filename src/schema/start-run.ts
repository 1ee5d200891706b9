import {
  CorruptImageError,
  ImageTooLargeError,
  ImageTooSmallError,
  InvalidInputError,
  NoImagesMatchedError,
  NotFoundError,
  RunAlreadyActiveError,
  SourceBlockedError,
  StorageNotConfiguredError,
  StorageUnavailableError,
  TooManyPixelsError,
  UnknownRecipeError,
  UnsupportedImageTypeError,
} from '../errors.ts'
import { QueueFullError } from '../limit-errors.ts'
import type { reprocessScopes, retryChoices } from '../services/run-scope.ts'
import { builder } from './builder.ts'
import { ImageNode } from './image.ts'
import { RunNode } from './run.ts'

const RunScope = builder.enumType('RunScope', {
  description: 'Which images a run is about; deleted ones never are.',
  values: {
    MISSING: { description: 'Those that lack a variant of a wanted recipe.' },
    STALE: { description: 'Those made by a recipe that has changed since, or cut about another focal point.' },
    ALL: { description: 'All; what is stored and whole is left alone.' },
    IMAGES: { description: 'Those with the given ids.' },
  } satisfies Record<(typeof reprocessScopes)[number], { description: string }>,
})

export const scopeFields = (
  t: PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>,
) => ({
  scope: t.field({ type: RunScope, required: true, description: 'Which.' }),
  ids: t.globalIDList({ for: ImageNode, description: 'With scope IMAGES, up to 1,000.' }),
  recipes: t.stringList({ description: 'For which recipes; those that each image already has when left out.' }),
})

const ReprocessImagesInput = builder.inputType('ReprocessImagesInput', {
  description: 'Which images to process again.',
  fields: scopeFields,
})

const StartRunPayload = builder.objectRef<{ runId: string }>('StartRunPayload').implement({
  description: 'The run was accepted; whatever happens to the service, it will be done.',
  isTypeOf: (value) => typeof (value as { runId?: unknown }).runId === 'string',
  fields: (t) => ({
    run: t.prismaField({
      type: RunNode,
      description: 'Follow it with `runProgress`.',
      resolve: (query, { runId }, _args, { db }) => db.run.findUniqueOrThrow({ ...query, where: { id: runId } }),
    }),
  }),
})

export const StartRunResult = builder.errorUnion('StartRunResult', {
  description: 'The run, or why there is none.',
  types: [
    StartRunPayload,
    NoImagesMatchedError,
    RunAlreadyActiveError,
    NotFoundError,
    UnknownRecipeError,
    QueueFullError,
    InvalidInputError,
    SourceBlockedError,
    UnsupportedImageTypeError,
    ImageTooLargeError,
    ImageTooSmallError,
    TooManyPixelsError,
    CorruptImageError,
    StorageUnavailableError,
    StorageNotConfiguredError,
  ],
})

builder.mutationField('reprocessImages', (t) =>
  t.field({
    type: StartRunResult,
    description: 'Makes what is missing again. One run over MISSING, STALE or ALL at a time.',
    args: { input: t.arg({ type: ReprocessImagesInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input: { scope, ids, recipes } }, { runs, asker }) => {
      const run = await runs.reprocess(scope, ids?.map(({ id }) => id) ?? [], recipes ?? null, asker)
      return { runId: run.id }
    },
  }),
)

const RetryChoice = builder.enumType('RetryChoice', {
  description: 'Which tasks of a run to do once more.',
  values: {
    FAILED: { description: 'Those that failed.' },
    CANCELLED: { description: 'Those that were cancelled.' },
    ALL: { description: 'Those that failed or were cancelled.' },
  } satisfies Record<(typeof retryChoices)[number], { description: string }>,
})

const RetryRunInput = builder.inputType('RetryRunInput', {
  description: 'Which tasks to do once more.',
  fields: (t) => ({
    id: t.globalID({ required: true, for: RunNode, description: 'Of which run; it has to be over.' }),
    only: t.field({ type: RetryChoice, required: true, defaultValue: 'FAILED', description: 'Which of its tasks.' }),
  }),
})

builder.mutationField('retryRun', (t) =>
  t.field({
    type: StartRunResult,
    description: 'Does tasks of a run once more, in a new run. The old one stays as it ended.',
    args: { input: t.arg({ type: RetryRunInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input: { id, only } }, { runs, asker }) => ({
      runId: (await runs.retry(id.id, only, asker)).id,
    }),
  }),
)

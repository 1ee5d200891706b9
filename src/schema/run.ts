import { InvalidInputError, NoImagesMatchedError, RunAlreadyActiveError, UnknownRecipeError } from '../errors.ts'
import type { reprocessScopes } from '../services/run-scope.ts'
import { type WatchedEvent, watchRun } from '../services/run-watch.ts'
import { builder } from './builder.ts'
import { ImageNode } from './image.ts'
import { RunEventTypeEnum, RunKindEnum, RunOutcomeEnum, RunStatusEnum, TaskStatusEnum } from './run-enums.ts'
import { etaSeconds, progressOf } from './run-progress.ts'
import { TaskNode } from './task.ts'
import { VariantType } from './variant.ts'

export const RunNode = builder.prismaNode('Run', {
  nullable: true,
  name: 'ProcessingRun',
  id: { field: 'id', description: 'The global id.' },
  description:
    'One request to process. Its counters always add up: processed = succeeded + skipped + failed + cancelled.',
  // no `select` on a column: Pothos would read the row again, and an event shows the run as it stood then
  fields: (t) => ({
    kind: t.expose('kind', { type: RunKindEnum, description: 'What asked for it.' }),
    status: t.expose('status', { type: RunStatusEnum, description: 'Where it stands.' }),
    outcome: t.expose('outcome', {
      type: RunOutcomeEnum,
      nullable: true,
      description: 'How it ended; null until then.',
    }),
    scope: t.string({
      description: 'What it is about, in a word: UPLOAD, MISSING, STALE, ALL, IMAGES.',
      resolve: ({ scope }) => scopeName(scope),
    }),
    totalCount: t.exposeInt('totalCount', { description: 'Tasks; grows while the run is planned, then is final.' }),
    processedCount: t.exposeInt('processedCount', { description: 'Tasks that are over.' }),
    succeededCount: t.exposeInt('succeededCount', { description: 'Tasks that made what was asked.' }),
    skippedCount: t.exposeInt('skippedCount', { description: 'Tasks that had nothing to make.' }),
    failedCount: t.exposeInt('failedCount', { description: 'Tasks that failed for good.' }),
    cancelledCount: t.exposeInt('cancelledCount', { description: 'Tasks that were cancelled.' }),
    progress: t.float({
      description: '0 to 1: units done of units planned, weighted by megapixels.',
      resolve: progressOf,
    }),
    etaSeconds: t.float({
      nullable: true,
      description: 'At the pace so far; null while nothing can be said.',
      resolve: (run) => etaSeconds(run, Date.now()),
    }),
    tasks: t.relatedConnection(
      'tasks',
      {
        cursor: 'id',
        totalCount: true,
        description: 'Its tasks, in order.',
        args: { status: t.arg({ type: [TaskStatusEnum], description: 'Only those in one of these states.' }) },
        query: ({ status }) => ({
          orderBy: { position: 'asc' },
          ...(status?.length && { where: { status: { in: status } } }),
        }),
      },
      { name: 'TaskConnection', description: 'A page of tasks.' },
      { name: 'TaskEdge', description: 'A task in a page.' },
    ),
    lastError: t.exposeString('lastError', { nullable: true, description: 'Why the engine itself failed.' }),
    pausedAt: t.expose('pausedAt', { type: 'DateTime', nullable: true, description: 'Since when it is paused.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When its first task began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
})

function scopeName(scope: unknown): string {
  const { kind, scope: name } = scope as { kind: string; scope?: string }
  return name ?? kind
}

const RunEvent = builder.objectRef<WatchedEvent>('RunEvent').implement({
  description: 'One committed fact about a run.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: '1, 2, 3 ... without gaps; pass the last one seen as `afterSeq`.' }),
    type: t.expose('type', { type: RunEventTypeEnum, description: 'What happened.' }),
    message: t.string({ description: 'What happened, in a sentence.', resolve: ({ payload }) => payload.message }),
    run: t.field({ type: RunNode, description: 'The run as it stood right after.', resolve: ({ run }) => run }),
    task: t.prismaField({
      type: TaskNode,
      nullable: true,
      description: 'The task it is about, as it stands now.',
      resolve: (query, { payload }, _args, { db }) =>
        payload.taskId ? db.task.findUnique({ ...query, where: { id: payload.taskId } }) : null,
    }),
    variant: t.field({
      type: VariantType,
      nullable: true,
      description: 'The variant that was stored, if it still is.',
      resolve: async ({ payload }, _args, { db }) => {
        if (!payload.variantId) return null
        const found = await db.variant.findUnique({ where: { id: payload.variantId }, include: { set: true } })
        return found && { ...found, recipe: found.set.recipe }
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was committed.' }),
  }),
})

builder.queryFields((t) => ({
  run: t.prismaField({
    type: RunNode,
    nullable: true,
    description: 'A run by id, or null.',
    args: { id: t.arg.globalID({ required: true, for: RunNode, description: 'The global id.' }) },
    resolve: (query, _root, { id }, { db }) => db.run.findUnique({ ...query, where: { id: id.id } }),
  }),
  runs: t.prismaConnection(
    {
      type: RunNode,
      cursor: 'id',
      description: 'Runs, newest first.',
      args: {
        kind: t.arg({ type: [RunKindEnum], description: 'Only of these kinds.' }),
        status: t.arg({ type: [RunStatusEnum], description: 'Only in one of these states.' }),
      },
      totalCount: (_connection, args, { db }) => db.run.count({ where: matching(args) }),
      resolve: (query, _root, args, { db }) =>
        db.run.findMany({ ...query, where: matching(args), orderBy: { id: 'desc' } }),
    },
    { name: 'ProcessingRunConnection', description: 'A page of runs.' },
    { name: 'ProcessingRunEdge', description: 'A run in a page.' },
  ),
}))

interface RunFilter {
  kind?: (typeof RunKindEnum.$inferType)[] | null | undefined
  status?: (typeof RunStatusEnum.$inferType)[] | null | undefined
}

function matching({ kind, status }: RunFilter) {
  return { ...(kind?.length && { kind: { in: kind } }), ...(status?.length && { status: { in: status } }) }
}

const RunScope = builder.enumType('RunScope', {
  description: 'Which images a run is about; deleted ones never are.',
  values: {
    MISSING: { description: 'Those that lack a variant of a wanted recipe.' },
    STALE: { description: 'Those made by a recipe that has changed since.' },
    ALL: { description: 'All; what is stored and whole is left alone.' },
    IMAGES: { description: 'Those with the given ids.' },
  } satisfies Record<(typeof reprocessScopes)[number], { description: string }>,
})

const ReprocessImagesInput = builder.inputType('ReprocessImagesInput', {
  description: 'Which images to process again.',
  fields: (t) => ({
    scope: t.field({ type: RunScope, required: true, description: 'Which.' }),
    ids: t.globalIDList({ for: ImageNode, description: 'With scope IMAGES, up to 1,000.' }),
    recipes: t.stringList({ description: 'For which recipes; those that each image already has when left out.' }),
  }),
})

const StartRunPayload = builder.objectRef<{ runId: string }>('StartRunPayload').implement({
  description: 'The run was accepted; whatever happens to the service, it will be done.',
  fields: (t) => ({
    run: t.prismaField({
      type: RunNode,
      description: 'Follow it with `runProgress`.',
      resolve: (query, { runId }, _args, { db }) => db.run.findUniqueOrThrow({ ...query, where: { id: runId } }),
    }),
  }),
})

builder.mutationField('reprocessImages', (t) =>
  t.field({
    type: StartRunPayload,
    description: 'Makes what is missing again. One run over MISSING, STALE or ALL at a time.',
    args: { input: t.arg({ type: ReprocessImagesInput, required: true, description: 'Which.' }) },
    errors: {
      types: [NoImagesMatchedError, RunAlreadyActiveError, UnknownRecipeError, InvalidInputError],
      union: { name: 'StartRunResult', description: 'The run, or why there is none.' },
    },
    resolve: async (_root, { input }, { runs }) => {
      const ids = input.ids?.map(({ id }) => id) ?? []
      const run = await runs.reprocess(input.scope, ids, input.recipes ?? null)
      return { runId: run.id }
    },
  }),
)

builder.subscriptionField('runProgress', (t) =>
  t.field({
    type: RunEvent,
    description: 'What happened in a run after `afterSeq`, then what happens, without gaps; ends with the run.',
    args: {
      runId: t.arg.globalID({ required: true, for: RunNode, description: 'The run.' }),
      afterSeq: t.arg.int({ defaultValue: 0, description: 'The last `seq` already seen; 0 for all.' }),
    },
    subscribe: (_root, { runId, afterSeq }, context) =>
      watchRun(context, runId.id, afterSeq ?? 0) as AsyncIterable<WatchedEvent>,
    resolve: (event) => event,
  }),
)

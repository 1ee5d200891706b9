import { openTasksOf } from '../services/run-counts.ts'
import { firstScope, type RunScope } from '../services/run-scope.ts'
import { builder } from './builder.ts'
import { RunKindEnum, RunOutcomeEnum, RunStatusEnum } from './run-enums.ts'
import { etaSeconds, progressOf } from './run-progress.ts'
import { matchingTasks, taskFilter } from './task.ts'

export const RunNode = builder.prismaNode('Run', {
  nullable: true,
  name: 'ProcessingRun',
  id: { field: 'id', description: 'The global id.' },
  description:
    'One request to process. Its counters always add up: processed = succeeded + skipped + failed + cancelled, and total = processed + waiting + active + retrying.',
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
      description:
        'What it is about, in a word: UPLOAD, IMPORT, MISSING, STALE, ALL, IMAGES, SCRAPE, SYNC_DUE, SYNC_COMPARED, SYNC_ALL, RECONCILE, RETRY.',
      resolve: ({ scope }) => scopeName(scope as unknown as RunScope),
    }),
    dryRun: t.boolean({
      description: 'Whether it only tells what it would do, and changes nothing.',
      resolve: ({ scope }) => onlyTells(scope as unknown as RunScope),
    }),
    totalCount: t.exposeInt('totalCount', {
      description: 'Tasks; grows while the run is planned, and is final after the event PLANNED or CANCELLING.',
    }),
    processedCount: t.exposeInt('processedCount', { description: 'Tasks that are over.' }),
    succeededCount: t.exposeInt('succeededCount', { description: 'Tasks that made what was asked.' }),
    skippedCount: t.exposeInt('skippedCount', { description: 'Tasks that had nothing to make.' }),
    failedCount: t.exposeInt('failedCount', { description: 'Tasks that failed for good.' }),
    cancelledCount: t.exposeInt('cancelledCount', { description: 'Tasks that were cancelled.' }),
    waitingCount: t.int({
      description: 'Tasks that have not begun, or wait again since their worker went away.',
      resolve: async (run, _args, { db }) => (await openTasksOf(db, run)).waiting,
    }),
    activeCount: t.int({
      description: 'Tasks in work.',
      resolve: async (run, _args, { db }) => (await openTasksOf(db, run)).active,
    }),
    retryingCount: t.int({
      description: 'Tasks that failed in a way that may pass, and will be tried again.',
      resolve: async (run, _args, { db }) => (await openTasksOf(db, run)).retrying,
    }),
    eventSeq: t.exposeInt('eventSeq', {
      description: 'The `seq` of its newest event: whoever has read this goes on with it as `afterSeq`.',
    }),
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
        args: taskFilter(t.arg),
        query: (filter) => ({ orderBy: { position: 'asc' }, where: matchingTasks(filter) }),
      },
      { name: 'TaskConnection', description: 'A page of tasks.' },
      { name: 'TaskEdge', description: 'A task in a page.' },
    ),
    lastError: t.exposeString('lastError', { nullable: true, description: 'Why it FAILED, in a sentence.' }),
    cancelReason: t.exposeString('cancelReason', { nullable: true, description: 'As given by who cancelled it.' }),
    parent: t.prismaField({
      type: 'Run',
      nullable: true,
      description: 'The run whose tasks it does once more.',
      resolve: (query, { parentRunId }, _args, { db }) =>
        parentRunId ? db.run.findUnique({ ...query, where: { id: parentRunId } }) : null,
    }),
    retries: t.prismaField({
      type: ['Run'],
      description: 'The runs that do its tasks once more, oldest first.',
      resolve: (query, { id }, _args, { db }) =>
        db.run.findMany({ ...query, where: { parentRunId: id }, orderBy: { id: 'asc' } }),
    }),
    pausedAt: t.expose('pausedAt', { type: 'DateTime', nullable: true, description: 'Since when it is paused.' }),
    pausedBy: t.string({
      nullable: true,
      description: 'Who has paused it: the name of a token; null while there are none.',
      resolve: ({ pausedAt, pausedBy }) => pausedAt && pausedBy,
    }),
    startedBy: t.exposeString('startedBy', {
      nullable: true,
      description: 'Who has begun it: the name of a token; null for the service itself, and without tokens.',
    }),
    cancelledBy: t.exposeString('cancelledBy', {
      nullable: true,
      description: 'Who has cancelled it: the name of a token; null for the service itself, and without tokens.',
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'The `X-Request-Id` of the request that began it, as in the log; null for the service itself.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When its first task began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
})

function scopeName(scope: RunScope): string {
  if (scope.kind === 'REPROCESS') return scope.scope
  return scope.kind === 'SYNC' ? `SYNC_${scope.which}` : scope.kind
}

function onlyTells(scope: RunScope): boolean {
  const first = firstScope(scope)
  if (first.kind === 'RECONCILE') return !first.fix
  return (first.kind === 'SCRAPE' || first.kind === 'SYNC') && first.dryRun
}

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

import type { Run } from '../generated/sqlite/client.ts'
import { type WatchedEvent, watchRun, watchRuns } from '../services/run-watch.ts'
import { builder } from './builder.ts'
import { RunNode } from './run.ts'
import { RunEventTypeEnum, RunKindEnum } from './run-enums.ts'
import { TaskNode } from './task.ts'
import { VariantType } from './variant.ts'

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

builder.subscriptionField('runUpdated', (t) =>
  t.field({
    type: RunNode,
    description: 'The runs that are not over (the newest 500), then each run that changes, at most 4 times a second.',
    args: { kind: t.arg({ type: [RunKindEnum], description: 'Only of these kinds.' }) },
    subscribe: (_root, { kind }, context) => watchRuns(context, kind ?? null) as AsyncIterable<Run>,
    resolve: (run) => run,
  }),
)

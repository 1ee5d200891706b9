import { TaskStage } from '../generated/sqlite/enums.ts'
import type { Durations } from '../services/stage-clock.ts'
import { type Attempt, type attemptOutcomes, attemptsOf } from '../services/task-attempts.ts'
import { builder } from './builder.ts'
import { ErrorCode } from './errors.ts'
import { ImageNode } from './image.ts'
import { TaskStageEnum } from './run-enums.ts'
import { TaskNode } from './task.ts'

const StageDuration = builder.objectRef<{ stage: TaskStage; milliseconds: number }>('StageDuration').implement({
  description: 'How long a stage of a task took.',
  fields: (t) => ({
    stage: t.expose('stage', { type: TaskStageEnum, description: 'Which.' }),
    milliseconds: t.exposeInt('milliseconds', {
      description:
        'Of the time of the attempt, waiting included. Variants are made side by side, so what happens in several stages at once is shared between them, and all together are as long as the attempt.',
    }),
  }),
})

const listDurations = (durations: Durations) =>
  Object.values(TaskStage).flatMap((stage) => {
    const milliseconds = durations[stage]
    return milliseconds === undefined ? [] : [{ stage, milliseconds }]
  })

const Outcome = builder.enumType('TaskAttemptOutcome', {
  description: 'How an attempt at a task ended.',
  values: {
    RUNNING: { description: 'Not yet.' },
    SUCCEEDED: { description: 'It made what was asked.' },
    SKIPPED: { description: 'There was nothing to make.' },
    RETRYING: { description: 'It failed in a way that may pass, and another attempt follows.' },
    FAILED: { description: 'It failed for good.' },
    CANCELLED: { description: 'Its run was cancelled.' },
  } satisfies Record<(typeof attemptOutcomes)[number], { description: string }>,
})

const TaskAttempt = builder.objectRef<Attempt>('TaskAttempt').implement({
  description: 'One attempt at a task.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: '1 for the first.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
    outcome: t.expose('outcome', { type: Outcome, description: 'How it ended.' }),
    errorCode: t.expose('errorCode', { type: ErrorCode, nullable: true, description: 'Why it failed, for programs.' }),
    errorMessage: t.exposeString('errorMessage', { nullable: true, description: 'Why, in a sentence.' }),
    errorStage: t.expose('errorStage', { type: TaskStageEnum, nullable: true, description: 'In which step.' }),
    durations: t.field({
      type: [StageDuration],
      description: 'How long each stage took; empty until it ends, and when its worker was gone by then.',
      resolve: ({ durations }) => listDurations(durations),
    }),
  }),
})

builder.prismaObjectFields(TaskNode, (t) => ({
  attempts: t.field({
    type: [TaskAttempt],
    description:
      'The attempts at it, oldest first. One that was taken back is none: its worker went away, what it needs was away as a whole, or an address was taken in and its image is next.',
    select: { attempts: { orderBy: { number: 'asc' } } },
    resolve: attemptsOf,
  }),
  durations: t.field({
    type: [StageDuration],
    description: 'Of the attempt that ended it; empty until then.',
    resolve: ({ durations }) => listDurations((durations ?? {}) as Durations),
  }),
}))

builder.prismaObjectField(ImageNode, 'tasks', (t) =>
  t.relatedConnection(
    'tasks',
    {
      cursor: 'id',
      totalCount: true,
      description: 'What was done or is to be done with it in any run, newest first.',
      query: { orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] },
    },
    { name: 'ImageTaskConnection', description: 'A page of the tasks of an image.' },
    { name: 'ImageTaskEdge', description: 'A task of an image.' },
  ),
)

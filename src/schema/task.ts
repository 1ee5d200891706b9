import type { ArgBuilder } from '@pothos/core'
import type { ErrorCode as Code } from '../errors.ts'
import type { Prisma } from '../generated/sqlite/client.ts'
import { foldSearch } from '../venues/artist-slug.ts'
import { builder } from './builder.ts'
import { ErrorCode } from './errors.ts'
import { TaskStageEnum, TaskStatusEnum } from './run-enums.ts'

export const TaskNode = builder.prismaNode('Task', {
  nullable: true,
  id: { field: 'id', description: 'The global id.' },
  description:
    'One thing to do in a run: an image, an address to fetch, a page to read, the picture of an artist at a venue, a range of rows, or a folder of the storage to look through.',
  fields: (t) => ({
    status: t.expose('status', { type: TaskStatusEnum, description: 'Where it stands.' }),
    stage: t.expose('stage', { type: TaskStageEnum, description: 'The step it is in, or was in at its end.' }),
    subject: t.exposeString('subject', { description: 'What it is about, for people.' }),
    run: t.relation('run', { description: 'The run it is part of.' }),
    image: t.relation('image', { nullable: true, description: 'The image it is about.' }),
    attempt: t.exposeInt('attempt', { description: 'Attempts begun; at most 4.' }),
    nextAttemptAt: t.expose('nextAttemptAt', { type: 'DateTime', nullable: true, description: 'When RETRYING ends.' }),
    errorCode: t.field({
      type: ErrorCode,
      nullable: true,
      description: 'Why the last attempt failed, for programs.',
      resolve: ({ errorCode }) => errorCode as Code | null,
    }),
    errorMessage: t.exposeString('errorMessage', { nullable: true, description: 'Why, in a sentence.' }),
    errorStage: t.expose('errorStage', { type: TaskStageEnum, nullable: true, description: 'In which step.' }),
    retryable: t.exposeBoolean('retryable', { nullable: true, description: 'Whether such an error may pass.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was planned.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When its last attempt began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
})

export const taskFilter = (arg: ArgBuilder<typeof builder.$inferSchemaTypes>) => ({
  status: arg({ type: [TaskStatusEnum], description: 'Only those in one of these states.' }),
  errorCode: arg({ type: [ErrorCode], description: 'Only those whose last attempt failed so.' }),
  search: arg.string({ description: 'Part of the subject; case and accents do not matter.' }),
})

builder.queryField('tasks', (t) =>
  t.prismaConnection(
    {
      type: TaskNode,
      cursor: 'id',
      description:
        'Tasks of all runs, those of the newest run first. A task that was done once more in a later run stays as it ended.',
      args: taskFilter(t.arg),
      totalCount: (_connection, args, { db }) => db.task.count({ where: matchingTasks(args) }),
      resolve: (query, _root, args, { db }) =>
        db.task.findMany({
          ...query,
          where: matchingTasks(args),
          // not by their ids, which those that SQL has planned drew by lot
          orderBy: [{ runId: 'desc' }, { position: 'desc' }],
        }),
    },
    { name: 'TasksConnection', description: 'A page of tasks of all runs.' },
    { name: 'TasksEdge', description: 'A task of any run.' },
  ),
)

interface TaskFilter {
  status?: (typeof TaskStatusEnum.$inferType)[] | null | undefined
  errorCode?: (typeof ErrorCode.$inferType)[] | null | undefined
  search?: string | null | undefined
}

export function matchingTasks({ status, errorCode, search }: TaskFilter): Prisma.TaskWhereInput {
  return {
    ...(status?.length && { status: { in: status } }),
    ...(errorCode?.length && { errorCode: { in: errorCode } }),
    ...(search && { searchKey: { contains: foldSearch(search) } }),
  }
}

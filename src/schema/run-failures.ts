import { failuresOf, type FailureGroup as Group } from '../services/run-failures.ts'
import { builder } from './builder.ts'
import { ErrorCode } from './errors.ts'
import { RunNode } from './run.ts'
import { TaskStageEnum } from './run-enums.ts'

const FailureGroup = builder.objectRef<Group>('FailureGroup').implement({
  description: 'Tasks of a run that failed for the same reason.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCode, description: 'Why, for programs; `tasks(errorCode:)` lists them.' }),
    count: t.exposeInt('count', { description: 'How many.' }),
    message: t.exposeString('message', { description: 'Why the first of them failed, in a sentence.' }),
    stage: t.expose('stage', { type: TaskStageEnum, nullable: true, description: 'In which step that one failed.' }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether such an error may pass.' }),
  }),
})

builder.prismaObjectField(RunNode, 'failures', (t) =>
  t.field({
    type: [FailureGroup],
    description: 'Why tasks failed for good, the most frequent reason first.',
    resolve: ({ id }, _args, { db }) => failuresOf(db, id),
  }),
)

import { InvalidInputError } from '../errors.ts'
import type { QueueStats as Stats } from '../services/queue.ts'
import { builder } from './builder.ts'

const QueueStats = builder.objectRef<Stats>('QueueStats').implement({
  description: 'What waits and what is in work.',
  fields: (t) => ({
    concurrency: t.exposeInt('concurrency', { description: 'Tasks at once, in the process that answers.' }),
    running: t.exposeInt('running', { description: 'Tasks in work, in all processes.' }),
    retrying: t.exposeInt('retrying', { description: 'Tasks that failed and will be tried again.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the first of those is due.',
    }),
    waitingInteractive: t.exposeInt('waitingInteractive', {
      description: 'Tasks of uploads that wait; they go first.',
    }),
    waitingBackground: t.exposeInt('waitingBackground', {
      description: 'Tasks of all other runs that wait, imports among them.',
    }),
    paused: t.exposeInt('paused', { description: 'Tasks of paused runs that are not over.' }),
    oldestRunAt: t.expose('oldestRunAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the oldest run that is not over was accepted.',
    }),
    storageDownSince: t.expose('storageDownSince', {
      type: 'DateTime',
      nullable: true,
      description:
        'Since when the storage does not answer the process that answers, which begins nothing until it does.',
    }),
    redisDownSince: t.expose('redisDownSince', {
      type: 'DateTime',
      nullable: true,
      description:
        'Since when Redis does not answer the process that answers: the queue is degraded. Nothing is lost; work and news are found by looking at the database, which takes a second or two longer. Null while it answers, and where there is none.',
    }),
  }),
})

builder.queryField('queue', (t) =>
  t.field({
    type: QueueStats,
    description: 'What waits and what is in work.',
    resolve: (_r, _a, { queue }) => queue.stats(),
  }),
)

const SetConcurrencyInput = builder.inputType('SetConcurrencyInput', {
  description: 'How much to do at once.',
  fields: (t) => ({
    concurrency: t.int({ required: true, description: 'Tasks at once, 0 to 256; 0 begins nothing more.' }),
  }),
})

builder.mutationField('setConcurrency', (t) =>
  t.field({
    type: QueueStats,
    authScopes: { role: 'admin' },
    description: 'Changes `CONCURRENCY` of the process that answers, until it ends.',
    args: { input: t.arg({ type: SetConcurrencyInput, required: true, description: 'How much.' }) },
    errors: {
      types: [InvalidInputError],
      union: { name: 'SetConcurrencyResult', description: 'The queue as it is now, or why not.' },
    },
    resolve: (_root, { input }, { queue }) => queue.setConcurrency(input.concurrency),
  }),
)

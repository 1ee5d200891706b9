import { InvalidInputError, NotFoundError } from '../errors.ts'
import { builder } from './builder.ts'
import { RunNode } from './run.ts'

const RunIdInput = builder.inputType('RunIdInput', {
  description: 'Names a run.',
  fields: (t) => ({ id: t.globalID({ required: true, for: RunNode, description: 'The global id.' }) }),
})

const CancelRunInput = builder.inputType('CancelRunInput', {
  description: 'A run to cancel.',
  fields: (t) => ({
    id: t.globalID({ required: true, for: RunNode, description: 'The global id.' }),
    reason: t.string({ description: 'For those who will wonder; shown with the run.' }),
  }),
})

builder.mutationFields((t) => ({
  cancelRun: t.prismaField({
    type: RunNode,
    description:
      'Ends a run: CANCELLED at once when nothing is in work, else within about a second. What is stored is kept. A run that is over stays as it is.',
    args: { input: t.arg({ type: CancelRunInput, required: true, description: 'Which, and why.' }) },
    errors: {
      types: [NotFoundError, InvalidInputError],
      union: { name: 'CancelRunResult', description: 'The run, or why not.' },
    },
    resolve: async (query, _root, { input: { id, reason } }, { runs, asker, db }) => {
      await runs.cancel(id.id, reason ?? null, asker)
      return db.run.findUniqueOrThrow({ ...query, where: { id: id.id } })
    },
  }),
  pauseRun: t.prismaField({
    type: RunNode,
    description: 'Begins nothing more of a run until it is resumed; what is in work is finished.',
    args: { input: t.arg({ type: RunIdInput, required: true, description: 'Which.' }) },
    errors: {
      types: [NotFoundError, InvalidInputError],
      union: { name: 'PauseRunResult', description: 'The run, or why not.' },
    },
    resolve: async (query, _root, { input: { id } }, { runs, asker, db }) => {
      await runs.pause(id.id, asker)
      return db.run.findUniqueOrThrow({ ...query, where: { id: id.id } })
    },
  }),
  resumeRun: t.prismaField({
    type: RunNode,
    description: 'Goes on with a run that was paused.',
    args: { input: t.arg({ type: RunIdInput, required: true, description: 'Which.' }) },
    errors: {
      types: [NotFoundError, InvalidInputError],
      union: { name: 'ResumeRunResult', description: 'The run, or why not.' },
    },
    resolve: async (query, _root, { input: { id } }, { runs, db }) => {
      await runs.resume(id.id)
      return db.run.findUniqueOrThrow({ ...query, where: { id: id.id } })
    },
  }),
}))

import { builder } from './builder.ts'
import { StartRunResult } from './start-run.ts'

const ReconcileStorageInput = builder.inputType('ReconcileStorageInput', {
  description: 'How to compare storage with the database.',
  fields: (t) => ({
    fix: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Make what is missing or wrong again, and delete what nothing names; otherwise it is only told.',
    }),
  }),
})

builder.mutationField('reconcileStorage', (t) =>
  t.field({
    type: StartRunResult,
    description:
      'Compares storage with the database, both ways; the events OBJECT_BROKEN and OBJECT_ORPHANED tell what is found. One such run at a time.',
    authScopes: (_root, { input }) => ({ role: input.fix ? 'admin' : 'editor' }),
    args: { input: t.arg({ type: ReconcileStorageInput, required: true, description: 'How.' }) },
    resolve: async (_root, { input }, { runs, asker }) => ({ runId: (await runs.reconcile(input.fix, asker)).id }),
  }),
)

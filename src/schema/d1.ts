import type { D1State as State } from '../services/d1-state.ts'
import type { syncChoices } from '../services/run-scope.ts'
import { builder } from './builder.ts'
import { RunNode } from './run.ts'
import { StartRunResult } from './start-run.ts'

const D1State = builder.objectRef<State>('D1State').implement({
  description:
    'How far the rows that other sites read, in the table `events` of Cloudflare D1 or of a file, are in step.',
  fields: (t) => ({
    place: t.string({
      description: 'Where the rows go.',
      // whoever asks from outside learns no path of the machine
      resolve: ({ place }) => place.replace(/^the file .*[/\\]/, 'the file '),
    }),
    dueCount: t.exposeInt('dueCount', { description: 'Events that are to be sent: new ones, and those that changed.' }),
    waitingForPicture: t.exposeInt('waitingForPicture', {
      description: 'Events that are not sent before a picture of the artist is stored.',
    }),
    lastSync: t.field({
      type: RunNode,
      nullable: true,
      description: 'The newest run of the kind SYNC, be it over or not.',
      resolve: ({ lastSync }) => lastSync,
    }),
    syncedAt: t.expose('syncedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a sync ended last in which everything worked; null when none of the last 100 did.',
    }),
  }),
})

builder.queryField('d1', (t) =>
  t.field({
    type: D1State,
    description: 'How far D1 is in step, as far as it has told us; `syncToD1` looks at what it has.',
    resolve: (_root, _args, { d1State }) => d1State(),
  }),
)

const SyncChoice = builder.enumType('SyncChoice', {
  description: 'Which events are brought to D1; only those that have a stored picture, or are there already.',
  values: {
    DUE: { description: 'Those that have changed since they were sent.' },
    COMPARED: { description: 'Those that D1 lacks or has otherwise, after reading what it has.' },
    ALL: { description: 'All, whatever D1 has.' },
  } satisfies Record<(typeof syncChoices)[number], { description: string }>,
})

const SyncToD1Input = builder.inputType('SyncToD1Input', {
  description: 'What to bring to D1.',
  fields: (t) => ({
    which: t.field({ type: SyncChoice, required: true, defaultValue: 'COMPARED', description: 'Which events.' }),
    dryRun: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Only tell what would be sent, by the events ROW_DIFFERS and ROWS_SENT of the run.',
    }),
  }),
})

builder.mutationField('syncToD1', (t) =>
  t.field({
    type: StartRunResult,
    description:
      'Brings venue events to D1; changes are brought by themselves, so this is for what D1 has lost. One such run at a time.',
    args: { input: t.arg({ type: SyncToD1Input, required: true, description: 'What.' }) },
    resolve: async (_root, { input: { which, dryRun } }, { runs, asker }) => ({
      runId: (await runs.sync({ kind: 'SYNC', recipes: null, which, dryRun }, asker)).id,
    }),
  }),
)

import type { RunPreview as Preview } from '../services/run-preview.ts'
import { builder } from './builder.ts'
import { scopeFields } from './start-run.ts'

const RunScopeInput = builder.inputType('RunScopeInput', {
  description: 'A run that is not started.',
  fields: scopeFields,
})

const RunPreview = builder.objectRef<Preview>('RunPreview').implement({
  description: 'What a run would be. Counts hold at this moment; seconds and bytes are estimates.',
  fields: (t) => ({
    totalCount: t.exposeInt('totalCount', { description: 'Images.' }),
    units: t.exposeInt('units', { description: 'Variants to make.' }),
    megapixels: t.exposeFloat('megapixels', { description: 'Of the originals to decode.' }),
    seconds: t.exposeFloat('seconds', { description: 'On this machine, with nothing else to do.' }),
    bytes: t.exposeFloat('bytes', { description: 'That the variants will take.' }),
    storageReads: t.exposeInt('storageReads', { description: 'Originals fetched, and variants looked at in storage.' }),
    storageWrites: t.exposeInt('storageWrites', { description: 'Variants put into storage.' }),
  }),
})

builder.queryField('runPreview', (t) =>
  t.field({
    type: RunPreview,
    description: 'What `reprocessImages` would do with this scope.',
    args: { scope: t.arg({ type: RunScopeInput, required: true, description: 'Which images.' }) },
    resolve: (_root, { scope: { scope, ids, recipes } }, { previews }) =>
      previews.preview(scope, ids?.map(({ id }) => id) ?? [], recipes ?? null),
  }),
)

import type { Garbage as Collected } from '../services/garbage.ts'
import { builder } from './builder.ts'

const Garbage = builder.objectRef<Collected>('Garbage').implement({
  description: 'What was retired or deleted longer ago than the grace period.',
  fields: (t) => ({
    sets: t.exposeInt('sets', { description: 'Variant sets: replaced ones, and those of deleted images.' }),
    variants: t.exposeInt('variants', { description: 'Their variants.' }),
    images: t.exposeInt('images', { description: 'Deleted images; their originals go too.' }),
    events: t.exposeInt('events', { description: 'Events of runs that ended 30 days ago or earlier.' }),
    bytes: t.exposeFloat('bytes', { description: 'Of variants and originals.' }),
  }),
})

builder.queryField('garbage', (t) =>
  t.field({
    type: Garbage,
    description: 'What could be collected now.',
    resolve: (_r, _a, { garbage }) => garbage.survey(),
  }),
)

builder.mutationField('collectGarbage', (t) =>
  t.field({
    type: Garbage,
    authScopes: { role: 'admin' },
    description:
      'Collects one batch and tells what it was; all zero when nothing is left. The service does it every hour.',
    resolve: (_root, _args, { garbage }) => garbage.collect(),
  }),
)

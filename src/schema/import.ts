import { builder } from './builder.ts'
import { StartRunResult } from './start-run.ts'

const ImportImagesInput = builder.inputType('ImportImagesInput', {
  description: 'Pictures of an artist that lie on public web servers.',
  fields: (t) => ({
    urls: t.stringList({ required: true, description: 'From 1 to 1,000 http or https addresses.' }),
    artistName: t.string({ required: true, description: 'Who is in them; made when new.' }),
    venueTag: t.string({ description: 'The venue they are for: 2 to 10 lower-case letters.' }),
    recipes: t.stringList({ description: 'What to make of them; the default recipes when left out.' }),
  }),
})

builder.mutationField('importImages', (t) =>
  t.field({
    type: StartRunResult,
    description:
      'Fetches pictures and processes them, one task an address. What has not changed since it was fetched last is not fetched again.',
    args: { input: t.arg({ type: ImportImagesInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input: { urls, artistName, venueTag, recipes } }, { runs, asker }) => {
      const run = await runs.importUrls(
        { urls, artistName, venueTag: venueTag ?? null, recipes: recipes ?? null },
        asker,
      )
      return { runId: run.id }
    },
  }),
)

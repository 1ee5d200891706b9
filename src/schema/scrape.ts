import { InvalidInputError } from '../errors.ts'
import type { PageInput } from '../services/scrapes.ts'
import { builder } from './builder.ts'
import { StartRunResult } from './start-run.ts'
import { VenueSource } from './venue.ts'

const VenuePageInput = builder.inputType('VenuePageInput', {
  description: 'A page of a venue: either its address, or a file that somebody has saved.',
  fields: (t) => ({
    source: t.field({ type: VenueSource, required: true, description: 'Whose.' }),
    url: t.string({ description: 'Its address.' }),
    file: t.field({ type: 'File', description: 'A part of the multipart request; at most 8 MB.' }),
  }),
})

const ScrapeVenuesInput = builder.inputType('ScrapeVenuesInput', {
  description: 'What to read.',
  fields: (t) => ({
    sources: t.field({
      type: [VenueSource],
      description: 'Whose listings; all of them when left out. Not looked at when there are pages.',
    }),
    pages: t.field({ type: [VenuePageInput], description: 'These pages instead of the listings, at most 60.' }),
    recipes: t.stringList({ description: 'What to make of the pictures; the recipe `artist` when left out.' }),
    dryRun: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Only tell what is on the pages, by the events EVENT_FOUND and EVENT_SKIPPED of the run.',
    }),
  }),
})

/** Throws InvalidInputError. */
async function readPage({ source, url, file }: typeof VenuePageInput.$inferInput): Promise<PageInput> {
  if (url && !file) return { source, url }
  if (!file || url) throw new InvalidInputError('pages', 'A page is either a url or a file.')
  return { source, filename: file.name, document: new Uint8Array(await file.arrayBuffer()) }
}

builder.mutationField('scrapeVenues', (t) =>
  t.field({
    type: StartRunResult,
    description:
      'Reads pages of venues, records the events on them, and takes in and processes the pictures of their artists. One such run at a time.',
    args: { input: t.arg({ type: ScrapeVenuesInput, required: true, description: 'What.' }) },
    resolve: async (_root, { input: { sources, pages, recipes, dryRun } }, { scrapes, asker }) => {
      const read = await Promise.all((pages ?? []).map(readPage))
      const run = await scrapes.start({ sources: sources ?? [], pages: read, recipes: recipes ?? null, dryRun }, asker)
      return { runId: run.id }
    },
  }),
)

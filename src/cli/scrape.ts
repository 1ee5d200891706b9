import type { Api } from './api.ts'
import { type Followed, startAndFollow } from './follow.ts'
import { findPages } from './pages-to-read.ts'
import { describeScrape } from './scrape-report.ts'

export interface ScrapeOptions {
  from?: string[]
  recipe?: string[]
  dryRun?: boolean
}

const mutation = `mutation ($input: ScrapeVenuesInput!) { scrapeVenues(input: $input) {
  ... on StartRunPayload { run { id } } ... on Error { code message } ... on RunAlreadyActiveError { activeRunId } } }`

/** What a dry run finds; of a page at most 200 are told. */
const found = { types: ['PAGE_READ', 'EVENT_FOUND', 'EVENT_SKIPPED'], mark: '–', most: 1_000 }
/** What somebody should look at, without a dry run, is in the report. */
const nothing = { types: [], mark: '', most: 0 }

/** Reads pages of venues, follows the run and tells what came of it. Throws ApiError, and the signal's reason. */
export async function scrape(
  api: Api,
  named: readonly string[],
  { from = [], recipe, dryRun = false }: ScrapeOptions,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<Followed> {
  const { pages, files } = await findPages(named, from)
  const input = { sources: named.map((name) => name.toUpperCase()), pages, recipes: recipe ?? null, dryRun }
  const request = { mutation, input, files, called: 'scrape', listing: dryRun ? found : nothing }
  const followed = await startAndFollow(api, request, signal, output)
  if (followed.runId && !dryRun && !signal.aborted) output.write(await describeScrape(api, followed.runId))
  return followed
}

import { createHash } from 'node:crypto'
import { InvalidInputError } from '../errors.ts'
import type { Prisma, Run } from '../generated/sqlite/client.ts'
import { type VenueSource, venueSourceNames, venueSources } from '../venues/venue-list.ts'
import type { Asker } from './asker.ts'
import type { Tx } from './db/open-db.ts'
import { cleanFilename } from './picture-details.ts'
import { checkRecipes } from './recipes.ts'
import type { Runs } from './runs.ts'
import type { VenueHosts } from './venue-hosts.ts'
import { newPage } from './venue-pages.ts'

/** A page to read: an address, or a file that somebody has saved. */
export type PageInput = { source: VenueSource } & ({ url: string } | { filename: string; document: Uint8Array })

export interface ScrapeInput {
  /** whose listing pages to read; all that may be asked when empty, unless pages are named */
  sources: readonly VenueSource[]
  /** instead of the listing pages of the sources */
  pages: readonly PageInput[]
  /** null: `artist` */
  recipes: string[] | null
  /** only tells what is on the pages; nothing is recorded */
  dryRun: boolean
}

export interface Scrapes {
  /**
   * Accepts a run that reads venue pages and takes in the pictures on them. Throws InvalidInputError,
   * SourceBlockedError for pages that may not be asked for, UnknownRecipeError, RunAlreadyActiveError: one at a time.
   */
  start(input: ScrapeInput, by: Asker): Promise<Run>
}

interface Deps {
  startScrape: Runs['scrape']
  hosts: VenueHosts
  settings: {
    /** the listing pages of a source, where they are others than its own */
    pages: Readonly<Partial<Record<VenueSource, readonly string[]>>>
    /** throws SourceBlockedError */
    checkSource: (url: string) => URL
  }
}

/** What a scrape makes of the pictures when nothing else is asked for. */
const defaultRecipes = ['artist']
const maxPages = 60
const maxDocumentBytes = 8 * 1024 * 1024

interface NewPage {
  url: string
  source: VenueSource
  document: Uint8Array<ArrayBuffer> | null
}

export function createScrapes({ startScrape, hosts, settings }: Deps): Scrapes {
  function checkPage(page: PageInput): NewPage {
    if ('document' in page) return checkDocument(page)
    const url = settings.checkSource(page.url)
    hosts.mayVisit(url)
    return { url: url.href, source: page.source, document: null }
  }

  const listingPages = (source: VenueSource): PageInput[] => {
    return (settings.pages[source] ?? venueSources[source].listings).map((url) => ({ source, url }))
  }

  /** Without other people's servers, those whose pages lie elsewhere. */
  function sourcesToAsk(): readonly VenueSource[] {
    const elsewhere = venueSourceNames.filter((source) => settings.pages[source])
    return hosts.live || elsewhere.length === 0 ? venueSourceNames : elsewhere
  }

  return {
    start({ sources, pages, recipes, dryRun }, by) {
      if (pages.length > maxPages) throw new InvalidInputError('pages', `A scrape takes at most ${maxPages} pages.`)
      const wanted = sources.length > 0 ? sources : sourcesToAsk()
      const asked = pages.length > 0 ? [...pages] : wanted.flatMap(listingPages)
      const checked = new Map(asked.map(checkPage).map((page) => [page.url, page]))
      const scope = { kind: 'SCRAPE' as const, recipes: checkRecipes(recipes ?? defaultRecipes), dryRun }
      return startScrape(scope, [...checked.keys()], (tx) => rememberPages(tx, [...checked.values()]), by)
    },
  }
}

function checkDocument({
  source,
  filename,
  document,
}: {
  source: VenueSource
  filename: string
  document: Uint8Array
}) {
  if (document.byteLength === 0) throw new InvalidInputError('pages', `The page ${filename} is empty.`)
  if (document.byteLength > maxDocumentBytes) {
    throw new InvalidInputError('pages', `The page ${filename} has more than ${maxDocumentBytes / 1024 / 1024} MB.`)
  }
  const hash = createHash('sha256').update(document).digest('hex').slice(0, 12)
  const name = encodeURIComponent(cleanFilename(filename))
  return { url: `document://${source}/${hash}/${name}`, source, document: new Uint8Array(document) }
}

async function rememberPages(tx: Tx, pages: readonly NewPage[]): Promise<void> {
  for (const { url, source, document } of pages) {
    const facts: Prisma.VenuePageUncheckedUpdateInput = { source, ...(document && { document }) }
    await tx.venuePage.upsert({
      where: { url },
      create: { ...newPage(url, source), ...(document && { document }) },
      update: facts,
    })
  }
}

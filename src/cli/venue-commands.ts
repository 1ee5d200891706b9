import { Argument, type Command } from 'commander'
import { venueSourceNames } from '../venues/venue-list.ts'
import { ApiError } from './api.ts'
import { describeConnection } from './connect.ts'
import { pinImage } from './pin.ts'
import { type ScrapeOptions, scrape } from './scrape.ts'
import { type SyncOptions, sync } from './sync.ts'
import { collect, type Tools } from './tools.ts'

/** Commands about venues and what is shown of artists: `scrape`, `sync`, `pin`. */
export function addVenueCommands(program: Command, tools: Tools): void {
  const { connect, stopping, endFollowing, print } = tools

  program
    .command('scrape')
    .description('read pages of venues, take in the pictures of their artists, and bring D1 up to date')
    .addArgument(new Argument('[sources...]', 'whose pages (default: all)').choices(venueSourceNames))
    .option(
      '-f, --from <page>',
      'an address or a saved file instead of the listing; with more than one source: liv=PAGE',
      (value: string, before: string[] = []) => [...before, value],
    )
    .option('-r, --recipe <names>', 'what to make of the pictures, separated by commas (default: artist)', collect)
    .option('--dry-run', 'only tell what is on the pages')
    .option('--no-sync', 'leave D1 to the service')
    .action(async (named: string[], { sync: syncs, ...options }: ScrapeOptions & { sync: boolean }) => {
      const signal = stopping()
      await using connected = await connect({ works: true })
      print(describeConnection(connected))
      const { api } = connected
      const scraped = await scrape(api, [...new Set(named)], options, signal, process.stdout)
      if (!syncs || options.dryRun || signal.aborted) {
        endFollowing(connected, scraped.runId, scraped.succeeded, signal)
        return
      }
      const synced = await sync(api, {}, signal, process.stdout)
      endFollowing(connected, synced.runId, scraped.succeeded && synced.succeeded, signal)
    })

  program
    .command('sync')
    .description('bring to D1 what it lacks or has otherwise')
    .option('--all', 'send every row, whatever D1 has')
    .option('--dry-run', 'only tell what would be sent, and why')
    .action(async (options: SyncOptions) => {
      const signal = stopping()
      await using connected = await connect({ works: true })
      print(describeConnection(connected))
      const { runId, succeeded } = await sync(connected.api, options, signal, process.stdout)
      endFollowing(connected, runId, succeeded, signal)
    })

  program
    .command('pin')
    .description('make an image the one to show of an artist, at every venue')
    .argument('<artist>', 'the slug: carl-cox')
    .argument('[image]', 'the id of an image that the artist is in')
    .option('--none', 'undo it: leave the choice to the rules')
    .action(async (slug: string, image: string | undefined, { none = false }: { none?: boolean }) => {
      if (Boolean(image) === none) throw new ApiError('Give the id of an image, or --none.')
      await using connected = await connect({ works: true })
      print(await pinImage(connected.api, slug, image ?? null))
    })
}

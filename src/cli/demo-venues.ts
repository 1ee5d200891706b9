import { setTimeout as sleep } from 'node:timers/promises'
import { businessDateOf } from '../venues/event-date.ts'
import { type Api, ApiError } from './api.ts'
import { shorten, table } from './format.ts'
import type { SampleVenues } from './sample-venues.ts'
import { scrape } from './scrape.ts'
import { sync } from './sync.ts'

interface Night {
  date: string
  artistName: string
  venue: { tag: string }
  synced: boolean
  images: { name: string; key: string; url: string }[]
}

interface Skipped {
  title: string
  reason: string
}

interface Answer {
  venueEvents: { nodes: Night[] }
  venuePages: { url: string; skipped: Skipped[] }[]
}

export interface VenuesDone {
  /** for people */
  told: string
  /** an address that D1 has */
  picture: string | null
  succeeded: boolean
}

const query = `query ($from: Date!) {
  venueEvents(first: 100, filter: { from: $from }) {
    nodes { date artistName venue { tag } synced images { name key url } } }
  venuePages { url skipped { title reason } } }`

/** Reads the sample venues, takes their pictures in, brings D1 up to date, and tells what is there then. */
export async function showVenues(api: Api, site: SampleVenues, stopping: AbortSignal): Promise<VenuesDone> {
  const scraped = await scrapeInTurn(api, stopping)
  const traffic = describeTraffic(site)
  if (stopping.aborted)
    return { told: 'Stopped; what is left is done with the next start.', picture: null, succeeded: false }
  process.stdout.write(`${traffic}\n\nD1 next.\n`)
  const synced = await sync(api, {}, stopping, process.stdout)
  const { venueEvents, venuePages } = await api.query<Answer>(query, { from: businessDateOf(new Date()) })
  const nights = venueEvents.nodes
  const skipped = venuePages.filter(({ url }) => url.includes(site.host)).flatMap((page) => page.skipped)
  return {
    told: `\n${describeRows(nights)}\n\n${describeRest(nights, skipped)}`,
    picture: nights.flatMap((night) => best(night)?.url ?? [])[0] ?? null,
    succeeded: scraped.succeeded && synced.succeeded,
  }
}

/** A scrape that was interrupted the last time goes on by itself; there is one at a time. */
async function scrapeInTurn(api: Api, stopping: AbortSignal) {
  for (let told = false; ; told = true) {
    try {
      return await scrape(api, [], {}, stopping, process.stdout)
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'RUN_ALREADY_ACTIVE') throw error
      if (!told) process.stdout.write('The scrape that was interrupted last time is finished first.\n')
      await sleep(500)
    }
  }
}

/** What the venues' servers had to do. */
function describeTraffic({ answers }: SampleVenues): string {
  const asked = answers.filter(({ path }) => path !== '/robots.txt')
  const count = (wanted: number) => asked.filter(({ status }) => status === wanted).length
  const [sent, unchanged, missing] = [count(200), count(304), count(404)]
  const parts = [
    sent > 0 ? `${sent} pages and pictures sent` : 'nothing sent',
    ...(unchanged > 0 ? [`${unchanged} had not changed`] : []),
    ...(missing > 0 ? [`${missing} not there`] : []),
  ]
  return `The sample venues were asked ${asked.length} times: ${parts.join(', ')}.`
}

/** D1 has the largest. */
const best = ({ images }: Night) => images.find(({ name }) => name === 'hd') ?? images[0]

function describeRows(nights: readonly Night[]): string {
  const rows = nights
    .filter(({ synced }) => synced)
    .map((night) => [night.artistName, night.venue.tag, night.date, best(night)?.key ?? '-'])
  return `The rows of D1, with their dates:\n${table(['artist', 'venue', 'date', 'picture'], rows)}`
}

function describeRest(nights: readonly Night[], skipped: readonly Skipped[]): string {
  const waiting = nights
    .filter(({ synced }) => !synced)
    .map(
      ({ date, artistName, venue }) => `Not sent: ${artistName} at ${venue.tag} on ${date}, without a picture so far.`,
    )
  const reasons = [...new Set(skipped.map(({ reason }) => reason))]
  const leftOut = reasons.map((reason) => {
    const titles = skipped.filter((each) => each.reason === reason).map(({ title }) => `"${shorten(title, 60)}"`)
    return `Left out (${reason.toLowerCase().replaceAll('_', ' ')}): ${titles.join(', ')}.`
  })
  return [...waiting, ...leftOut].join('\n')
}

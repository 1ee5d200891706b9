import type { Api } from './api.ts'
import { printable, table } from './format.ts'

interface PageInfo {
  hasNextPage: boolean
  endCursor: string | null
}

interface Task {
  subject: string
  status: string
}

interface Event {
  artistSlug: string
  seenAt: string
  venue: { tag: string; name: string }
}

interface Page {
  url: string
  skipped: { reason: string }[]
  warnings: string[]
}

const pageInfo = 'pageInfo { hasNextPage endCursor }'
const tasksQuery = `query ($id: ID!, $after: String) { run(id: $id) {
  createdAt tasks(first: 100, after: $after) { ${pageInfo} nodes { subject status } } } }`
const eventsQuery = `query ($from: Date!, $after: String) { venueEvents(first: 100, after: $after, filter: { from: $from }) {
  ${pageInfo} nodes { artistSlug seenAt venue { tag name } } } }`
const pagesQuery = '{ venuePages { url skipped { reason } warnings } }'

/** What a scrape that is over has found at each venue, for people; in lines that end. */
export async function describeScrape(api: Api, runId: string): Promise<string> {
  const { createdAt, tasks } = await readRun(api, runId)
  const events = (await readEvents(api, createdAt)).filter(({ seenAt }) => seenAt >= createdAt)
  const { venuePages } = await api.query<{ venuePages: Page[] }>(pagesQuery)
  const pages = venuePages.filter(({ url }) => tasks.some(({ subject }) => subject === url))
  return [...venueLines(events, tasks), ...pageLines(pages)].map((line) => `${printable(line)}\n`).join('')
}

function venueLines(events: readonly Event[], tasks: readonly Task[]): string[] {
  const names = new Map(events.map(({ venue }) => [venue.tag, venue.name]))
  const rows = [...names].map(([tag, name]) => {
    const here = events.filter(({ venue }) => venue.tag === tag)
    const pictures = tasks.filter(({ subject }) => subject.startsWith(`${tag}/`))
    const count = (status: string) => pictures.filter((task) => task.status === status).length
    const artists = new Set(here.map(({ artistSlug }) => artistSlug)).size
    return [name, here.length, artists, count('SUCCEEDED'), count('SKIPPED'), count('FAILED')].map(String)
  })
  const head = ['venue', 'events', 'artists', 'new pictures', 'unchanged', 'failed']
  return rows.length === 0 ? ['No events were found.'] : table(head, rows).split('\n')
}

function pageLines(pages: readonly Page[]): string[] {
  const reasons = new Map<string, number>()
  for (const { reason } of pages.flatMap(({ skipped }) => skipped)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const counts = [...reasons].map(([reason, count]) => `${reason.toLowerCase().replaceAll('_', ' ')} ${count}`)
  const skipped = counts.length > 0 ? [`Skipped: ${counts.join(', ')}.`] : []
  return [...skipped, ...pages.flatMap(({ warnings }) => warnings.map((warning) => `! ${warning}`))]
}

async function readRun(api: Api, id: string): Promise<{ createdAt: string; tasks: Task[] }> {
  type Answer = { run: { createdAt: string; tasks: { pageInfo: PageInfo; nodes: Task[] } } }
  const tasks: Task[] = []
  let [createdAt, after, more]: [string, string | null, boolean] = ['', null, true]
  while (more) {
    const { run }: Answer = await api.query<Answer>(tasksQuery, { id, after })
    createdAt = run.createdAt
    tasks.push(...run.tasks.nodes)
    after = run.tasks.pageInfo.endCursor
    more = run.tasks.pageInfo.hasNextPage
  }
  return { createdAt, tasks }
}

/** What is over is on no page: from two days before, whatever the zone. */
async function readEvents(api: Api, createdAt: string): Promise<Event[]> {
  type Answer = { venueEvents: { pageInfo: PageInfo; nodes: Event[] } }
  const from = new Date(Date.parse(createdAt) - 2 * 86_400_000).toISOString().slice(0, 10)
  const events: Event[] = []
  for (let after: string | null = null, more = true; more; ) {
    const { venueEvents }: Answer = await api.query<Answer>(eventsQuery, { from, after })
    events.push(...venueEvents.nodes)
    after = venueEvents.pageInfo.endCursor
    more = venueEvents.pageInfo.hasNextPage
  }
  return events
}

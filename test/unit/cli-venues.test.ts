import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Api } from '../../src/cli/api.ts'
import { findPages } from '../../src/cli/pages-to-read.ts'
import { scrape } from '../../src/cli/scrape.ts'
import { describeScrape } from '../../src/cli/scrape-report.ts'
import { sync } from '../../src/cli/sync.ts'
import { InterruptedError } from '../../src/signals.ts'

const signal = new AbortController().signal
const runId = Buffer.from('ProcessingRun:01890000-0000-7000-8000-000000000001').toString('base64')

function createOutput() {
  const stream = new PassThrough()
  return { output: stream as unknown as NodeJS.WriteStream, text: () => String(stream.read() ?? '') }
}

const run = { totalCount: 1, processedCount: 1, succeededCount: 1, skippedCount: 0, failedCount: 0, etaSeconds: null }
const event = (type: string, message: string) => ({ seq: 1, type, message, run: { ...run, status: type, progress: 1 } })
const ended = event('SUCCEEDED', 'Everything is done.')

/** A server that gives these answers in turn; all its runs have the same events. */
function createFakeApi(answers: object[], events: object[] = [ended]) {
  const query = vi.fn(async (_query: string, _variables?: object) => answers.shift())
  async function* watch() {
    yield* events
  }
  const sendAll = vi.fn(query)
  return { api: { url: 'http://localhost', query, sendAll, watch } as unknown as Api, query, sendAll }
}

const started = { syncToD1: { run: { id: runId } } }
const busy = { syncToD1: { code: 'RUN_ALREADY_ACTIVE', message: 'Busy.', activeRunId: runId } }
const state = (dueCount: number) => ({
  d1: { place: 'the file d1.db', dueCount, waitingForPicture: 2 },
  venueEvents: { totalCount: 40 },
})

describe('greenroom sync', () => {
  it('says how many rows are in D1, and how many wait', async () => {
    const { output, text } = createOutput()
    const { api, query } = createFakeApi([started, state(0)])
    expect((await sync(api, { all: true }, signal, output)).succeeded).toBe(true)
    expect(query.mock.calls[0]?.[1]).toEqual({ input: { which: 'ALL', dryRun: false } })
    expect(text()).toMatch(/\n40 rows are in the file d1\.db, 2 events wait for a picture\.\n$/)
  })

  it('waits for a sync that is under way, and then does its own', async () => {
    const { output, text } = createOutput()
    const { api, query } = createFakeApi([busy, started, state(3)])
    await sync(api, {}, signal, output)
    expect(query).toHaveBeenCalledTimes(3)
    const lines = text()
    expect(lines).toContain('Another sync is under way: following 01890000-0000-7000-8000-000000000001.\n')
    expect(lines).toMatch(/40 rows are in the file d1\.db, 3 are still to be sent, 2 events wait for a picture\.\n$/)
  })

  it('lists in a dry run each row that it would send, and why', async () => {
    const { output, text } = createOutput()
    const rows = [event('ROW_DIFFERS', 'x, carl-cox at liv: is new.'), event('ROWS_SENT', '1 row would be sent.')]
    await sync(createFakeApi([started], [...rows, ended]).api, { dryRun: true }, signal, output)
    expect(text()).toMatch(/\n– x, carl-cox at liv: is new\.\n– 1 row would be sent\.\n$/)
    await sync(createFakeApi([started]).api, { dryRun: true }, signal, output)
    expect(text()).toMatch(/\nD1 has everything\.\n$/)
  })
})

describe('Ctrl-C before anything is started', () => {
  const stopped = AbortSignal.abort(new InterruptedError('SIGINT'))
  it.each<[string, (api: Api, output: NodeJS.WriteStream) => Promise<unknown>]>([
    ['sync', (api, output) => sync(api, {}, stopped, output)],
    ['scrape', (api, output) => scrape(api, [], {}, stopped, output)],
  ])('starts no %s', async (_command, start) => {
    const { api, query } = createFakeApi([started])
    await expect(start(api, createOutput().output)).rejects.toThrow(InterruptedError)
    expect(query).not.toHaveBeenCalled()
  })
})

describe('greenroom scrape', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'greenroom-scrape-'))
    await writeFile(path.join(dir, 'liv.html'), '<html></html>')
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  it('sends saved pages, and names the addresses of others, each with its source', async () => {
    const file = path.join(dir, 'liv.html')
    const { pages, files } = await findPages([], ['wynn=https://a.example/?x=1', `liv=${file}`])
    expect(pages).toEqual([
      { source: 'WYNN', url: 'https://a.example/?x=1' },
      { source: 'LIV', file: null },
    ])
    expect(files.map(({ at, file: { name } }) => [at, name])).toEqual([['variables.input.pages.1.file', 'liv.html']])
    expect((await findPages(['tao'], ['http://b.example/'])).pages).toEqual([
      { source: 'TAO', url: 'http://b.example/' },
    ])
  })

  it.each([
    [[], 'https://a.example/', /^Say whose page https:\/\/a\.example\/ is: name one source, or write liv=/],
    [['liv', 'tao'], 'https://a.example/', /^Say whose page/],
    [['liv', 'tao'], 'liv=https://a.example/', /^Of tao no page is given with --from; leave it out\.$/],
    [['liv'], 'none.html', /^There is no file none\.html\.$/],
  ])('of %j refuses --from %s', async (named, from, message) => {
    await expect(findPages(named, [from])).rejects.toThrow(message)
  })

  it('tells in a dry run what is on the pages', async () => {
    const { output, text } = createOutput()
    const found = [event('PAGE_READ', 'a: 1 event, 1 skipped.'), event('EVENT_FOUND', '2099-06-01, LIV: Carl Cox.')]
    const { api, query } = createFakeApi([{ scrapeVenues: { run: { id: runId } } }], [...found, ended])
    await scrape(api, ['liv'], { dryRun: true }, signal, output)
    expect(query.mock.calls[0]?.[1]).toEqual({
      input: { sources: ['LIV'], pages: [], recipes: null, dryRun: true },
    })
    expect(text()).toMatch(/\n– a: 1 event, 1 skipped\.\n– 2099-06-01, LIV: Carl Cox\.\n$/)
  })

  it('does not take another scrape for its own', async () => {
    const { api } = createFakeApi([{ scrapeVenues: { message: 'Busy.', activeRunId: runId } }])
    await expect(scrape(api, [], {}, signal, createOutput().output)).rejects.toThrow(/^Another scrape is under way: /)
  })

  it('counts for each venue the events and artists of this run, and what came of the pictures', async () => {
    const pageInfo = { hasNextPage: false, endCursor: null }
    const createdAt = '2099-06-01T00:00:00.000Z'
    const liv = { tag: 'liv', name: 'LIV Las Vegas' }
    const task = (subject: string, status: string) => ({ subject, status })
    const night = (artistSlug: string, seenAt: string) => ({ artistSlug, seenAt, venue: liv })
    const tasks = [task('https://a.example/', 'SUCCEEDED'), task('liv/a', 'SUCCEEDED'), task('liv/b', 'FAILED')]
    const later = '2099-06-01T00:00:05.000Z'
    const events = [night('a', later), night('a', later), night('b', later), night('c', '2099-05-01T00:00:00.000Z')]
    const skipped = ['PARTY', 'NO_DATE', 'PARTY'].map((reason) => ({ reason }))
    const { api } = createFakeApi([
      { run: { createdAt, tasks: { pageInfo, nodes: tasks } } },
      { venueEvents: { pageInfo, nodes: events } },
      {
        venuePages: [
          { url: 'https://a.example/', skipped, warnings: ['The list ends early.'] },
          { url: 'https://other.example/', skipped, warnings: ['Not of this run.'] },
        ],
      },
    ])
    expect((await describeScrape(api, runId)).split('\n')).toEqual([
      'venue          events  artists  new pictures  unchanged  failed',
      'LIV Las Vegas       3        2             1          0       1',
      'Skipped: party 2, no date 1.',
      '! The list ends early.',
      '',
    ])
  })
})

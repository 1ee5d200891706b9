import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { D1Row } from '../../src/services/d1/d1.ts'
import { openD1 } from '../../src/services/d1/open-d1.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { multipart } from '../support/client.ts'
import { databaseId } from '../support/control.ts'
import { provider } from '../support/databases.ts'
import { expectConsistent } from '../support/engine.ts'
import { addEvent, globalId, holdRun } from '../support/venue-rows.ts'

interface Answer {
  code?: string
  message?: string
  field?: string
  activeRunId?: string
  run: { id: string; kind: string; scope: string; dryRun: boolean }
}

const result = `{ ... on StartRunPayload { run { id kind scope dryRun } } ... on Error { code message }
  ... on InvalidInputError { field } ... on RunAlreadyActiveError { activeRunId } }`
const scrapeMutation = `mutation ($input: ScrapeVenuesInput!) { answer: scrapeVenues(input: $input) ${result} }`
const syncMutation = `mutation ($input: SyncToD1Input!) { answer: syncToD1(input: $input) ${result} }`

/** A picture that lies where D1 is to find it. */
const stored = { pictureKey: 'artists/carl-cox/carl-cox_liv_hd.jpg', pictureSha256: 'ab'.repeat(32) }

describe(`over the API, on ${provider}`, () => {
  let app: TestApp
  let held: { id: string }
  beforeEach(async () => {
    app = await createTestApp()
    // what is due would be sent by itself
    held = await holdRun(app, 'SCRAPE', null)
  })
  afterEach(() => app[Symbol.asyncDispose]())

  const ask = async (mutation: string, input: object) => (await app.gql<{ answer: Answer }>(mutation, { input })).answer

  async function sync(input: object) {
    const { run } = await ask(syncMutation, input)
    await app.dispatcher.idle()
    const id = databaseId(run.id)
    await expectConsistent(app.db, id)
    const ended = await app.db.run.findUniqueOrThrow({ where: { id }, include: { events: true } })
    const messages = (type: string) =>
      ended.events.filter((event) => event.type === type).map(({ payload }) => (payload as { message: string }).message)
    return { run, outcome: ended.outcome, rows: messages('ROW_DIFFERS'), sent: messages('ROWS_SENT') }
  }

  async function readD1(): Promise<D1Row[]> {
    await using d1 = await openD1({ file: path.join(app.dir, 'private/d1.db'), cloudflare: null })
    return await d1.read(null, 100, new AbortController().signal)
  }

  const d1State = async () =>
    (
      await app.gql<{ d1: object }>(
        '{ d1 { place dueCount waitingForPicture syncedAt lastSync { kind scope outcome dryRun } } }',
      )
    ).d1

  it('brings the events that have a picture to D1, and says what is left', async () => {
    const { id } = await addEvent(app, { ...stored })
    await addEvent(app, { artistName: 'Tiësto' })
    expect(await d1State()).toEqual({
      place: 'the file d1.db',
      dueCount: 1,
      waitingForPicture: 1,
      syncedAt: null,
      lastSync: null,
    })
    const { run, outcome, rows, sent } = await sync({})
    expect([run.kind, run.scope, run.dryRun, outcome]).toEqual(['SYNC', 'SYNC_COMPARED', false, 'CLEAN'])
    expect(rows).toEqual([`${id}, carl-cox at liv: is new.`])
    expect(sent).toEqual([expect.stringMatching(/^1 row sent to the file /)])
    expect(await readD1()).toEqual([
      {
        id,
        artistName: 'Carl Cox',
        artistSlug: 'carl-cox',
        artistImageUrl: expect.stringMatching(/\/media\/artists\/carl-cox\/carl-cox_liv_hd\.jpg\?v=abababab$/),
        venueTag: 'liv',
        revision: 1,
      },
    ])
    expect(await d1State()).toMatchObject({
      dueCount: 0,
      waitingForPicture: 1,
      syncedAt: expect.any(String),
      lastSync: { kind: 'SYNC', scope: 'SYNC_COMPARED', outcome: 'CLEAN', dryRun: false },
    })
    expect((await sync({})).outcome).toBe('NOTHING_TO_DO')
    expect((await sync({ which: 'ALL' })).rows).toEqual([`${id}, carl-cox at liv: is sent again.`])
  })

  it('changes nothing in a dry run, and tells each row that it would send', async () => {
    const { id } = await addEvent(app, stored)
    const before = await app.db.venueEvent.findMany()
    const { run, rows, sent } = await sync({ dryRun: true })
    expect(run.dryRun).toBe(true)
    expect(rows).toEqual([`${id}, carl-cox at liv: is new.`])
    expect(sent).toEqual([expect.stringMatching(/^1 row would be sent to the file /)])
    expect(await readD1()).toEqual([])
    expect(await app.db.venueEvent.findMany()).toEqual(before)
    expect(await d1State()).toMatchObject({ dueCount: 1, syncedAt: null, lastSync: { dryRun: true } })
  })

  it('finds what D1 has lost only where it compares', async () => {
    const { id } = await addEvent(app, { ...stored, revision: 3, sentRevision: 3, syncedRevision: 3 })
    expect((await sync({ which: 'DUE' })).outcome).toBe('NOTHING_TO_DO')
    expect((await sync({ which: 'COMPARED' })).rows).toEqual([`${id}, carl-cox at liv: is missing in D1.`])
    expect((await readD1()).map(({ revision }) => revision)).toEqual([3])
  })

  it('says which run is under way instead of starting another', async () => {
    const syncing = await holdRun(app, 'SYNC', 'sync')
    expect(await ask(syncMutation, {})).toMatchObject({
      code: 'RUN_ALREADY_ACTIVE',
      activeRunId: globalId('ProcessingRun', syncing.id),
    })
    await app.db.run.update({ where: { id: held.id }, data: { activeKey: 'scrape' } })
    const page = { source: 'LIV', url: 'https://www.livnightclub.com/' }
    expect((await ask(scrapeMutation, { pages: [page] })).code).toBe('SOURCE_BLOCKED')
    const answer = await sendPage('<html></html>')
    expect(answer).toMatchObject({
      code: 'RUN_ALREADY_ACTIVE',
      activeRunId: globalId('ProcessingRun', held.id),
    })
  })

  async function sendPage(html: string, input: object = {}): Promise<Answer> {
    const query = `mutation ($input: VenuePageInput!) { answer: scrapeVenues(input: { pages: [$input] }) ${result} }`
    const body = multipart(query, { source: 'LIV', ...input }, Buffer.from(html), 'liv page.html')
    const headers = { 'x-graphql-yoga-csrf': '1' }
    const response = await app.yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body })
    return ((await response.json()) as { data: { answer: Answer } }).data.answer
  }

  it('says that the servers of the venues are only asked on purpose', async () => {
    expect(await ask(scrapeMutation, { sources: ['LIV'] })).toEqual({
      code: 'SOURCE_BLOCKED',
      message: "The venues' own servers, as www.livnightclub.com, are only asked with SCRAPE_LIVE=true.",
    })
  })

  it('takes a page as an address or a file, and not as both or neither', async () => {
    const wrong = { code: 'INVALID_INPUT', field: 'pages', message: 'A page is either a url or a file.' }
    expect(await ask(scrapeMutation, { pages: [{ source: 'LIV' }] })).toEqual(wrong)
    expect(await sendPage('x', { url: 'https://www.livnightclub.com/' })).toEqual(wrong)
    expect(await ask(scrapeMutation, { pages: [], recipes: ['poster'] })).toMatchObject({
      code: expect.stringMatching(/UNKNOWN_RECIPE|SOURCE_BLOCKED/),
    })
    expect((await sendPage('')).message).toBe('The page liv page.html is empty.')
  })

  it('tells of a page that was sent and shows nothing that it is blocked', async () => {
    const { run } = await sendPage('<html>Just a moment...</html>')
    await app.dispatcher.idle()
    expect(run).toMatchObject({ kind: 'SCRAPE', scope: 'SCRAPE', dryRun: false })
    const query = `query ($id: ID!) { run(id: $id) { status lastError tasks { nodes { errorCode } } }
      venuePages { url state eventCount } }`
    expect(await app.gql(query, { id: run.id })).toMatchObject({
      run: { status: 'FAILED', lastError: expect.any(String), tasks: { nodes: [{ errorCode: 'SOURCE_BLOCKED' }] } },
      venuePages: [{ url: expect.stringMatching(/^document:\/\/liv\//), state: 'BLOCKED', eventCount: 0 }],
    })
  })
})

import { readFile } from 'node:fs/promises'
import { getOperationAST, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { multipart } from '../support/client.ts'
import { databaseId } from '../support/control.ts'
import { photo } from '../support/images.ts'
import { listenersAre } from '../support/listeners.ts'
import { graphqlIn } from '../support/pages.ts'
import { type PictureSite, startPictureSite } from '../support/picture-site.ts'
import { overSse, overWebSocket } from '../support/subscribe.ts'
import { facts, send, type Target } from '../support/uploads.ts'

const page = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8')
const operations = graphqlIn(page)
const named = (name: string) =>
  operations.find((operation) => getOperationAST(parse(operation))?.name?.value === name) ?? ''

let app: TestApp
let site: PictureSite
const variables: { id?: string; ids?: string[]; runId?: string; artistId?: string } = {}
beforeAll(async () => {
  site = await startPictureSite()
  app = await createTestApp({ env: { SOURCE_ALLOW: site.host } })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

describe('the tour of the API', () => {
  it('sends a photo', async () => {
    const form = multipart(named('Upload'), {}, await photo('dragonfly-square.jpg'), 'dragonfly.jpg')
    form.set('operations', JSON.stringify({ query: named('Upload'), variables: { file: null } }))
    form.set('map', JSON.stringify({ 0: ['variables.file'] }))
    const response = await app.yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'x-graphql-yoga-csrf': '1' },
      body: form,
    })
    const { data } = (await response.json()) as {
      data: { uploadImage: { image: { id: string }; run: { id: string } } }
    }
    const { id } = data.uploadImage.image
    Object.assign(variables, { id, ids: [id], runId: data.uploadImage.run.id })
    const { artist } = await app.gql<{ artist: { id: string } }>('{ artist(slug: "carl-cox") { id } }')
    variables.artistId = artist.id
    expect(data.uploadImage).toMatchObject({ duplicate: false, image: { width: 1080 }, run: { totalCount: 1 } })
  })

  it('watches it happen', async () => {
    const types: string[] = []
    const { results } = overWebSocket<{ runProgress: { type: string } }>(app.url, { query: named('Watch'), variables })
    for await (const { data } of results) types.push(data?.runProgress.type ?? '')
    expect(types.at(-1)).toBe('SUCCEEDED')
  })

  it('sends files directly', async () => {
    const bytes = await photo('dragonfly-square.jpg')
    const { createUploads } = await app.gql<{ createUploads: { uploads: Target[] } }>(named('Announce'), {
      files: [facts(bytes, 'dragonfly.jpg')],
    })
    for (const target of createUploads.uploads) expect((await send(target, bytes)).status).toBe(204)
    const ids = createUploads.uploads.map(({ id }) => id)
    // the photo is here already
    expect(await app.gql(named('Complete'), { ids })).toMatchObject({
      completeUploads: { run: { status: 'SUCCEEDED', totalCount: 0 } },
    })
  })

  it('watches the gallery', async () => {
    await using subscription = overSse<{ imageUpdated: { id: string } }>(app.url, { query: named('Gallery') })
    const first = subscription.results.next()
    await listenersAre(app, 1)
    app.bell.ring('image', databaseId(variables.id ?? ''))
    expect((await first).value?.data?.imageUpdated.id).toBe(variables.id)
  })

  it('watches a dashboard', async () => {
    await using subscription = overSse<{ runUpdated: { id: string; progress: number } }>(app.url, {
      query: named('Dashboard'),
    })
    const first = subscription.results.next()
    // whoever listened before may not be gone yet, so its presence says nothing
    const ringing = setInterval(() => app.bell.ring('run', databaseId(variables.runId ?? '')), 20)
    await first
    clearInterval(ringing)
    expect((await first).value?.data?.runUpdated).toMatchObject({ id: variables.runId, progress: 1 })
  })

  it.each([
    ['Picture', { image: { status: 'READY', thumbnail: { width: 150 }, artists: [{ slug: 'carl-cox' }] } }],
    ['Browse', { images: { totalCount: 1 }, artists: { nodes: [{ images: { edges: [{ venueTag: 'liv' }] } }] } }],
    ['Again', { reprocessImages: { run: { kind: 'REPROCESS', scope: 'ALL' } } }],
    ['Failures', { runs: { nodes: [{ kind: 'REPROCESS' }, { outcome: 'NOTHING_TO_DO' }, { outcome: 'CLEAN' }] } }],
    ['Foresee', { runPreview: { totalCount: 1, units: 0, storageReads: 10, storageWrites: 0 } }],
    ['Stop', { cancelRun: { status: 'SUCCEEDED', cancelledCount: 0 } }],
    ['Pause', { pauseRun: { code: 'INVALID_INPUT' } }],
    ['Resume', { resumeRun: { code: 'INVALID_INPUT' } }],
    ['Retry', { retryRun: { code: 'NO_IMAGES_MATCHED' } }],
    ['Reconcile', { reconcileStorage: { run: { kind: 'RECONCILE' } } }],
    ['Venues', { venues: [{ tag: 'liv', eventCount: 0, events: { nodes: [] } }, { tag: 'livb' }] }],
    ['Nights', { venueEvents: { totalCount: 0, nodes: [] } }],
    ['Pages', { venuePages: [] }],
    ['Shown', { artist: { image: { reason: 'NEWEST_FOR_VENUE' }, pictures: [{ venueTag: 'liv' }, { name: 'hd' }] } }],
    ['Pin', { pinArtistImage: { image: { reason: 'PINNED' } } }],
    ['Sync', { syncToD1: { run: { scope: 'SYNC_COMPARED' } } }],
    ['D1', { d1: { dueCount: 0, waitingForPicture: 0, lastSync: { outcome: 'NOTHING_TO_DO' } } }],
    ['Queue', { queue: { concurrency: expect.any(Number), running: 0, waitingInteractive: 0, waitingBackground: 0 } }],
    ['Slower', { setConcurrency: { concurrency: 1 } }],
    ['Rename', { upsertArtist: { slug: 'carl-cox', aliases: ['Carl Andrew Cox'] } }],
    ['Hide', { deleteImage: { status: 'DELETED' } }],
    ['Choose', { imageIds: { ids: [], isWhole: true } }],
    ['HideAll', { deleteImages: { deletedCount: 0 } }],
    ['Unhide', { restoreImage: { status: 'READY' } }],
    ['Garbage', { garbage: { sets: 0, images: 0 } }],
    ['Collect', { collectGarbage: { sets: 0, images: 0 } }],
  ])('runs %s', async (name, expected) => {
    const answer = await app.gql(named(name), variables)
    await app.dispatcher.idle()
    expect(answer).toMatchObject(expected)
  })

  it('fetches pictures from the web', async () => {
    site.pages.set('/carl-cox.jpg', { body: await photo('dragonfly-square.jpg') })
    const answer = await app.gql(named('Import'), { urls: [site.url('/carl-cox.jpg')] })
    await app.dispatcher.idle()
    expect(answer).toMatchObject({ importImages: { run: { kind: 'IMPORT', totalCount: 1 } } })
    expect(await app.db.source.count({ where: { imageId: databaseId(variables.id ?? '') } })).toBe(1)
  })

  it('reads a page, and says when there is nothing on it', async () => {
    site.pages.set('/events', { body: Buffer.from('<html>Just a moment…</html>') })
    const answer = await app.gql(named('Scrape'), { urls: [{ source: 'LIV', url: site.url('/events') }] })
    await app.dispatcher.idle()
    expect(answer).toMatchObject({ scrapeVenues: { run: { kind: 'SCRAPE', dryRun: false } } })
    expect(await app.gql(named('Pages'))).toMatchObject({ venuePages: [{ url: site.url('/events'), eventCount: 0 }] })
  })

  it('leaves no example out', () => {
    const sending = ['Upload', 'Announce', 'Complete', 'Import', 'Watch', 'Gallery', 'Picture', 'Browse', 'Again']
    const steering = [
      'Foresee',
      'Stop',
      'Pause',
      'Resume',
      'Retry',
      'Queue',
      'Slower',
      'Dashboard',
      'Failures',
      'Reconcile',
    ]
    const venues = ['Scrape', 'Venues', 'Nights', 'Pages', 'Shown', 'Pin', 'Sync', 'D1']
    const tested = [...sending, ...steering, ...venues, 'Rename', 'Hide', 'Unhide', 'Garbage', 'Collect']
    expect(operations.map((operation) => getOperationAST(parse(operation))?.name?.value)).toEqual(tested)
  })
})

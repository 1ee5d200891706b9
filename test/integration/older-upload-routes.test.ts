import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { tell } from '../support/control.ts'
import { damagedJpeg, jpeg, picture } from '../support/images.ts'
import {
  createOlderUploadClient,
  form,
  type OlderJob,
  type OlderUploadClient,
  refusal,
} from '../support/older-upload.ts'

const mebibyte = 1024 * 1024
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

let app: TestApp
let client: OlderUploadClient
beforeAll(async () => {
  app = await createTestApp()
  client = createOlderUploadClient(app)
})
afterAll(() => app[Symbol.asyncDispose]())

/** A JPEG of just that many bytes: what follows the end of a picture is no part of it. */
async function padded(byteSize: number): Promise<Buffer> {
  const bytes = await jpeg()
  return Buffer.concat([bytes, Buffer.alloc(byteSize - bytes.byteLength)])
}

describe('a client of the older upload service', () => {
  it('sends a picture, asks until it is completed, and finds three WebP pictures of the right sizes', async () => {
    const accepted = await client.send(await jpeg(2000, 1500))
    expect(accepted).toEqual({
      job_id: expect.stringMatching(uuid),
      status: 'processing',
      status_url: `/images/status/${accepted.job_id}`,
    })
    let job = await client.tell(accepted)
    while (job.status === 'processing') {
      expect(job).toEqual({
        job_id: accepted.job_id,
        status: 'processing',
        results: {},
        error: null,
        completed_at: null,
      })
      await sleep(20)
      job = await client.tell(accepted)
    }
    expect(job).toMatchObject({ job_id: accepted.job_id, status: 'completed', error: null })
    expect(new Date(job.completed_at ?? '').toISOString()).toBe(job.completed_at)
    expect(Object.entries(job.results).map(([name, { width, height }]) => `${name} ${width}x${height}`)).toEqual([
      'thumbnail 150x150',
      'medium 800x600',
      'large 1440x1080',
    ])
    for (const { url, width, height } of Object.values(job.results)) {
      const response = await fetch(url)
      expect(response.status).toBe(200)
      const facts = await sharp(await response.arrayBuffer()).metadata()
      expect(facts).toMatchObject({ format: 'webp', width, height })
    }
    await app.dispatcher.idle()
    expect(await client.tell(accepted)).toEqual(job)
  })

  it('may name nobody, or the artist and the venue, before or after the file', async () => {
    const nobody = await client.process(await jpeg(), { artist: ' ', venue: '' })
    const named = await client.process(await jpeg(), { artist: 'Nina Kraviz', venue: 'xs' })
    const of = async ({ job_id }: OlderJob) => {
      const task = await app.db.task.findFirstOrThrow({ where: { runId: job_id } })
      const placements = await app.db.placement.findMany({
        where: { imageId: task.imageId ?? '' },
        include: { artist: true },
      })
      return placements.map(({ artist, venueTag }) => [artist.slug, venueTag])
    }
    expect([await of(nobody), await of(named)]).toEqual([[], [['nina-kraviz', 'xs']]])
  })

  it('gets the default recipes as well, so that the picture has everything it has elsewhere', async () => {
    const { job_id } = await client.process(await jpeg())
    const { imageId } = await app.db.task.findFirstOrThrow({ where: { runId: job_id } })
    const sets = await app.db.variantSet.findMany({ where: { imageId: imageId ?? '' }, orderBy: { recipe: 'asc' } })
    expect(sets.map(({ recipe, ready }) => [recipe, ready])).toEqual([
      ['presets', true],
      ['responsive', true],
    ])
  })

  it('that sends the same picture again gets a job of its own, completed at once', async () => {
    const bytes = await jpeg()
    const first = await client.process(bytes)
    const again = await client.send(bytes, {}, 'other-name.jpg')
    expect(again.job_id).not.toBe(first.job_id)
    expect(await client.tell(again)).toMatchObject({ status: 'completed', results: first.results, error: null })
    expect(await app.db.image.count({ where: { filename: 'other-name.jpg' } })).toBe(0)
  })

  it('has exactly 10 MB accepted, and one byte more refused', async () => {
    expect(await client.process(await padded(10 * mebibyte))).toMatchObject({ status: 'completed' })
    const refused = await client.post(form(await padded(10 * mebibyte + 1)))
    expect(await refusal(refused)).toEqual([400, 'File too large (max 10MB)'])
  })

  it('learns why a picture failed that is damaged inside, or whose run was cancelled', async () => {
    const damaged = await client.process(await damagedJpeg())
    expect(damaged).toMatchObject({ status: 'failed', results: {}, completed_at: null })
    expect(damaged.error).toMatch(/^The image is damaged and cannot be decoded/)

    await tell(app, 'setConcurrency', { concurrency: 0 })
    const accepted = await client.send(await jpeg())
    const id = Buffer.from(`ProcessingRun:${accepted.job_id}`).toString('base64')
    await tell(app, 'cancelRun', { id, reason: 'the wrong photo' })
    await tell(app, 'setConcurrency', { concurrency: 2 })
    await app.dispatcher.idle()
    const job = await client.tell(accepted)
    expect(job).toMatchObject({ status: 'failed', error: 'The job was cancelled: the wrong photo' })
  })

  it('learns that its picture has been deleted', async () => {
    const accepted = await client.send(await jpeg())
    await app.dispatcher.idle()
    const { imageId } = await app.db.task.findFirstOrThrow({ where: { runId: accepted.job_id } })
    const id = Buffer.from(`Image:${imageId}`).toString('base64')
    await app.gql(`mutation { deleteImage(input: { id: "${id}" }) { __typename } }`)
    expect(await client.tell(accepted)).toMatchObject({
      status: 'failed',
      results: {},
      error: 'The image has been deleted.',
    })
  })
})

describe('results that are lost', () => {
  it('are told, and made again when the picture is sent again', async () => {
    const bytes = await jpeg()
    const accepted = await client.send(bytes)
    await app.dispatcher.idle()
    const { imageId } = await app.db.task.findFirstOrThrow({ where: { runId: accepted.job_id } })
    const where = { imageId: imageId ?? '', recipe: 'presets' }
    await app.db.variant.deleteMany({ where: { name: 'large', set: where } })
    await app.db.variantSet.updateMany({ where, data: { ready: false } })
    const error = 'Its results are no longer in storage; send the picture again.'
    expect(await client.tell(accepted)).toMatchObject({ status: 'failed', results: {}, error })
    expect(await client.process(bytes)).toMatchObject({ status: 'completed', results: { large: {} } })
    expect(await client.tell(accepted)).toMatchObject({ status: 'completed', error: null })
  })
})

describe('refused', () => {
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

  it.each<[string, () => Buffer | Promise<Buffer>, string | RegExp]>([
    ['a GIF', () => gif, 'Unsupported image type: image/gif'],
    ['a text renamed to .jpg', () => Buffer.from('not a picture'), 'Unsupported image type: text/plain'],
    ['no bytes', () => Buffer.alloc(0), 'Unsupported image type: application/x-empty'],
    ['too few pixels', () => picture(99, 100).png().toBuffer(), /^The image is 99x100 px; at least 100x100 px/],
    ['a picture without its end', async () => (await jpeg()).subarray(0, -2), /^The file is cut off/],
  ])('%s: 400 and why, and nothing is kept', async (_what, bytes, detail) => {
    const before = await client.traces()
    const answer = await refusal(await client.post(form(await bytes())))
    expect(answer).toEqual([400, typeof detail === 'string' ? detail : expect.stringMatching(detail)])
    expect(await client.traces()).toEqual(before)
  })

  it('a venue that is no venue tag', async () => {
    const answer = await refusal(await client.post(form(await jpeg(), { artist: 'X', venue: 'L1V' })))
    expect(answer).toEqual([400, 'A venue tag is 2 to 10 lower-case letters, which "L1V" is not.'])
  })

  it('a form without the file, or what is no form: 422 in the shape of FastAPI', async () => {
    const other = new FormData()
    other.append('picture', new Blob([new Uint8Array(await jpeg())]), 'photo.jpg')
    const missing = [{ type: 'missing', loc: ['body', 'file'], msg: 'Field required', input: null }]
    expect(await refusal(await client.post(other))).toEqual([422, missing])
    const words = new FormData()
    words.append('file', 'photo.jpg')
    expect(await refusal(await client.post(words))).toEqual([422, missing])
    const json = await refusal(await client.post('{}', { 'content-type': 'application/json' }))
    expect(json).toEqual([422, [{ ...missing[0], msg: 'Send a form of the type multipart/form-data.' }]])
  })

  it('storage that cannot be written to: 503', async () => {
    const originals = path.join(app.dir, 'private')
    await rename(originals, `${originals}-away`)
    try {
      await writeFile(originals, '')
      const [status, detail] = await refusal(await client.post(form(await jpeg())))
      expect([status, detail]).toEqual([503, expect.stringMatching(/^The storage cannot/)])
    } finally {
      await rm(originals)
      await rename(`${originals}-away`, originals)
    }
  })

  it.each([
    '/images/status/01a1fc0f-0000-7000-8000-000000000000',
    '/images/status/xyz',
    '/images/status/%00',
    '/images/status/',
  ])('%s, a job that nobody knows: 404', async (unknown) => {
    expect(await refusal(await fetch(`${app.url}${unknown}`))).toEqual([404, 'Job not found'])
  })

  it('other methods and paths', async () => {
    const get = await fetch(`${app.url}/images/upload`)
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
    const deleted = await fetch(`${app.url}/images/status/xyz`, { method: 'DELETE' })
    expect([deleted.status, deleted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await fetch(`${app.url}/images/upload/elsewhere`)).status).toBe(404)
  })
})

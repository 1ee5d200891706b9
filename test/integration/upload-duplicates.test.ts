import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { createBucketApp } from '../support/bucket-app.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'
import { announceOne, complete, facts, send, sendWhole } from '../support/uploads.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

describe('what is an image already', () => {
  it('need not be sent: its upload gives that image another artist and recipe, and stores nothing', async () => {
    const known = await jpeg()
    const { image } = await app.process(known, { artistName: 'Nina Kraviz', recipes: ['presets'] })
    const target = await announceOne(app, facts(known, 'again.jpg'))
    expect(target.duplicateOf).toEqual({ id: image.id })
    const originals = async () => (await filesBelow(app.dir)).filter((name) => name.includes('originals/'))
    const before = await originals()
    const { run } = await complete(app, [target.id], { artistName: 'Carl Cox', recipes: ['artist'] })
    await app.dispatcher.idle()
    expect(await originals()).toEqual(before)
    const answer = await app.gql<{ run: object; image: { artists: { name: string }[] } }>(
      'query ($run: ID!, $image: ID!) { run(id: $run) { status outcome } image(id: $image) { artists { name } } }',
      { run: run.id, image: image.id },
    )
    expect(answer.run).toMatchObject({ status: 'SUCCEEDED', outcome: 'CLEAN' })
    expect(answer.image.artists.map(({ name }) => name).sort()).toEqual(['Carl Cox', 'Nina Kraviz'])
  })

  it('has to be sent when it is deleted, or nothing tells that it is the same', async () => {
    const known = await jpeg()
    const { image } = await app.process(known, { recipes: ['presets'] })
    const unsaid = await announceOne(app, { ...facts(known), sha256: null })
    expect(unsaid.duplicateOf).toBeNull()
    const longer = await announceOne(app, { ...facts(known), byteSize: known.byteLength + 1 })
    const target = await announceOne(app, facts(known))
    await app.gql('mutation ($id: ID!) { deleteImage(input: { id: $id }) { __typename } }', { id: image.id })
    expect((await announceOne(app, facts(known))).duplicateOf).toBeNull()
    for (const { id } of [unsaid, longer, target]) {
      expect(await complete(app, [id])).toMatchObject({ field: 'ids.0', message: 'photo.jpg has not been sent yet.' })
    }
    expect(await complete(app, [(await sendWhole(app, known)).id])).toMatchObject({ __typename: 'StartRunPayload' })
  })
})

it('to a bucket, files are sent whole, and what is an image already is not', async () => {
  await using bucket = await createBucketApp()
  const bytes = await jpeg()
  const target = await announceOne(bucket, facts(bytes))
  expect(target.resumable).toBe(false)
  await send(target, bytes)
  await complete(bucket, [target.id])
  await bucket.dispatcher.idle()
  const puts = () => bucket.s3.log.filter(({ method }) => method === 'PUT').length
  const before = puts()
  const again = await announceOne(bucket, facts(bytes))
  expect(again.duplicateOf).not.toBeNull()
  expect(await complete(bucket, [again.id])).toMatchObject({ run: { outcome: 'NOTHING_TO_DO' } })
  expect(puts()).toBe(before)
})

it('the policy tells how many files go into one request', async () => {
  expect(await app.gql('{ uploadPolicy { maxFiles } }')).toEqual({ uploadPolicy: { maxFiles: 100 } })
})

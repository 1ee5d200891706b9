import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { provider } from '../support/databases.ts'
import { jpeg } from '../support/images.ts'

describe(`on ${provider}`, () => {
  let app: TestApp
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_RECIPES: 'presets' } })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const images = async (_filter: object, _first = 20) =>
    (await app.gql<{ images: { nodes: { id: string }[] } }>('{ images { nodes { id } } }')).images

  it('finds nothing, rather than failing, under ids that there are not', async () => {
    const none = (type: string) => Buffer.from(`${type}:01a1fc0f-0000-7000-8000-000000000000`).toString('base64')
    expect(
      await app.gql(
        'query ($image: ID!, $run: ID!) { image(id: $image) { id } run(id: $run) { id } node(id: $image) { id } artist(slug: "nobody") { slug } bySha: image(sha256: "ab") { id } }',
        { image: none('Image'), run: none('ProcessingRun') },
      ),
    ).toEqual({ image: null, run: null, node: null, artist: null, bySha: null })
  })

  it('finds by global id and by hash what it has', async () => {
    await app.process(await jpeg())
    const { nodes } = await images({}, 1)
    const answer = await app.gql<{ node: { id: string; sha256: string } }>(
      'query ($id: ID!) { node(id: $id) { id ... on Image { sha256 } } }',
      { id: nodes[0]?.id },
    )
    expect(answer.node.id).toBe(nodes[0]?.id)
    const bySha = await app.gql<{ image: { id: string } }>('query ($sha: String) { image(sha256: $sha) { id } }', {
      sha: answer.node.sha256.toUpperCase(),
    })
    expect(bySha.image.id).toBe(nodes[0]?.id)
  })

  it('makes what a deleted image lacks when it is restored', async () => {
    const { image } = await app.upload(await jpeg())
    const change = (mutation: string) =>
      app.gql(`mutation ($id: ID!) { ${mutation}(input: { id: $id }) { __typename } }`, { id: image.id })
    await change('deleteImage')
    await app.dispatcher.idle()
    await app.db.variant.deleteMany()
    await app.db.variantSet.updateMany({ data: { ready: false, readyMaxWidth: 0 } })
    await change('restoreImage')
    await app.dispatcher.idle()
    const answer = await app.gql('query ($id: ID!) { image(id: $id) { status } }', { id: image.id })
    expect(answer).toEqual({ image: { status: 'READY' } })
  })
})

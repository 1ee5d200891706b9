import { describe, expect, it } from 'vitest'
import { findOrCreateArtist } from '../../src/services/artists.ts'
import { createTestApp } from '../support/app.ts'
import { provider } from '../support/databases.ts'
import { createEngine } from '../support/engine.ts'
import { jpeg } from '../support/images.ts'

describe(`an artist on ${provider}`, () => {
  it('tells of the edges to its images alone, when nothing is asked of the images', async () => {
    await using app = await createTestApp({ env: { CONCURRENCY: '0' } })
    await app.upload(await jpeg(), { artistName: 'Carl Cox' })
    await app.upload(await jpeg(), { artistName: 'Carl Cox', venueTag: 'liv' })
    const { artist } = await app.gql<{ artist: { images: { edges: { venueTag: string | null }[] } } }>(
      '{ artist(slug: "carl-cox") { images { edges { venueTag } } } }',
    )
    expect(artist.images.edges).toEqual([{ venueTag: 'liv' }, { venueTag: null }])
  })

  it('named for the first time by many at once is one', async () => {
    await using engine = await createEngine()
    const name = () => engine.db.$transaction((tx) => findOrCreateArtist(tx, 'Peggy Gou'))
    const artists = await Promise.all(Array.from({ length: 8 }, name))
    expect(new Set(artists.map(({ id }) => id)).size).toBe(1)
  })
})

import { expect, it } from 'vitest'
import { createApi } from '../../src/cli/api.ts'
import { picturesToShow } from '../../src/cli/shown-pictures.ts'
import { createTestApp } from '../support/app.ts'
import { jpeg } from '../support/images.ts'

it('asks for the pictures of an artist at more venues than a query may have aliases', async () => {
  await using app = await createTestApp({ env: { CONCURRENCY: '0' } })
  const bytes = await jpeg()
  const venueTags = Array.from('abcdefghijklmnopqrstuvw', (letter) => `v${letter}`)
  for (const venueTag of venueTags) await app.upload(bytes, { venueTag })
  const { lacking } = await picturesToShow(createApi(app.url), new AbortController().signal)
  // nothing is made yet
  expect(lacking.map((line) => /carl-cox, (\w+):/.exec(line)?.[1]).sort()).toEqual(venueTags)
})

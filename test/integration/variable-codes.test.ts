import { expect, it } from 'vitest'
import { createTestApp } from '../support/app.ts'

it('the value of a variable that is none of its type is refused with a code, however deep it is', async () => {
  await using app = await createTestApp()
  const mutation = 'mutation ($input: ImportImagesInput!) { importImages(input: $input) { __typename } }'
  const { errors } = await app.ask(mutation, { input: { artistName: { a: 1 }, urls: [] } })
  expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['INVALID_INPUT'])
})

import type { App } from '../../src/app.ts'

export interface GraphQLAnswer<T> {
  data: T
  errors?: { message: string; extensions?: { code?: string } }[]
}

export interface UploadedImage {
  __typename: string
  code?: string
  message?: string
  field?: string
  duplicate: boolean
  image: { id: string; sha256: string; status: string; width: number; height: number }
  run: { id: string; status: string; outcome: string | null; totalCount: number }
}

interface UploadOptions {
  filename?: string
  artistName?: string
  venueTag?: string
  recipes?: string[]
}

const uploadMutation = `mutation ($input: UploadImageInput!) {
  uploadImage(input: $input) {
    __typename
    ... on UploadImagePayload {
      duplicate
      image { id sha256 status width height }
      run { id status outcome totalCount }
    }
    ... on Error { code message }
    ... on InvalidInputError { field }
  }
}`

export interface TestClient {
  /** posts an operation and returns the whole answer */
  ask<T>(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer<T>>
  /** posts an operation that has to succeed */
  gql<T>(query: string, variables?: Record<string, unknown>): Promise<T>
  upload(bytes: Uint8Array, options?: UploadOptions): Promise<UploadedImage>
  /** uploads, and waits until everything is done */
  process(bytes: Uint8Array, options?: UploadOptions): Promise<UploadedImage>
}

/** Speaks to the API as a client does, without a socket. */
export function createClient({ yoga, dispatcher }: Pick<App, 'yoga' | 'dispatcher'>): TestClient {
  const endpoint = 'http://localhost/graphql'

  async function ask<T>(query: string, variables = {}): Promise<GraphQLAnswer<T>> {
    const response = await yoga.fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
    return (await response.json()) as GraphQLAnswer<T>
  }

  async function gql<T>(query: string, variables = {}): Promise<T> {
    const { data, errors } = await ask<T>(query, variables)
    if (errors) throw new Error(errors.map(({ message }) => message).join('; '))
    return data
  }

  async function upload(bytes: Uint8Array, { filename = 'photo.jpg', ...input }: UploadOptions = {}) {
    const response = await yoga.fetch(endpoint, {
      method: 'POST',
      headers: { 'x-graphql-yoga-csrf': '1' },
      body: multipart(uploadMutation, { artistName: 'Carl Cox', ...input }, bytes, filename),
    })
    const { data, errors } = (await response.json()) as GraphQLAnswer<{ uploadImage: UploadedImage }>
    if (errors) throw new Error(errors.map(({ message }) => message).join('; '))
    return data.uploadImage
  }

  return {
    ask,
    gql,
    upload,
    async process(bytes, options) {
      const uploaded = await upload(bytes, options)
      await dispatcher.idle()
      return uploaded
    },
  }
}

/** A request of the GraphQL multipart specification with the file at `input.file`. */
export function multipart(query: string, input: object, bytes: Uint8Array, filename: string): FormData {
  const form = new FormData()
  form.append('operations', JSON.stringify({ query, variables: { input: { ...input, file: null } } }))
  form.append('map', JSON.stringify({ 0: ['variables.input.file'] }))
  form.append('0', new Blob([new Uint8Array(bytes)]), filename)
  return form
}

import type { App } from '../../src/app.ts'

export interface GraphQLAnswer<T> {
  data: T
  errors?: { message: string; extensions?: { code?: string } }[]
  extensions?: { cost?: { requested: number; maximum: number } }
}

/** An answer as it came over HTTP. */
export interface Answered<T> extends GraphQLAnswer<T> {
  status: number
  headers: Headers
}

export interface Operation {
  query: string
  variables?: Record<string, unknown>
  operationName?: string
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

export interface HttpClient {
  /** posts an operation and returns the whole answer */
  ask<T>(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer<T>>
  /** posts an operation that has to succeed */
  gql<T>(query: string, variables?: Record<string, unknown>): Promise<T>
  upload(bytes: Uint8Array, options?: UploadOptions): Promise<UploadedImage>
}

export interface TestClient extends HttpClient {
  /** uploads, and waits until everything is done */
  process(bytes: Uint8Array, options?: UploadOptions): Promise<UploadedImage>
}

type Send = (init: { method: string; headers: Record<string, string>; body: string | FormData }) => Promise<Response>

/** Speaks to the API as a client does, without a socket. */
export function createClient({ yoga, dispatcher }: Pick<App, 'yoga' | 'dispatcher'>): TestClient {
  const client = clientOver(async (init) => yoga.fetch('http://localhost/graphql', init))
  return {
    ...client,
    async process(bytes, options) {
      const uploaded = await client.upload(bytes, options)
      await dispatcher.idle()
      return uploaded
    },
  }
}

/** Speaks to the API of a service at this address, with these headers of its own. */
export function createHttpClient(url: string, headers: Record<string, string> = {}): HttpClient {
  return clientOver((init) => fetch(`${url}/graphql`, { ...init, headers: { ...init.headers, ...headers } }))
}

function clientOver(send: Send): HttpClient {
  async function ask<T>(query: string, variables = {}): Promise<GraphQLAnswer<T>> {
    const response = await send(jsonRequest({ query, variables }))
    return (await response.json()) as GraphQLAnswer<T>
  }

  return {
    ask,
    gql: async <T>(query: string, variables = {}) => dataOf(await ask<T>(query, variables)),
    async upload(bytes, { filename = 'photo.jpg', ...input } = {}) {
      const body = multipart(uploadMutation, { artistName: 'Carl Cox', ...input }, bytes, filename)
      const response = await send({ method: 'POST', headers: { 'x-graphql-yoga-csrf': '1' }, body })
      return dataOf((await response.json()) as GraphQLAnswer<{ uploadImage: UploadedImage }>).uploadImage
    },
  }
}

function dataOf<T>({ data, errors }: GraphQLAnswer<T>): T {
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '))
  return data
}

/** Posts operations over a real socket; a text is a query. */
export async function post<T>(
  url: string,
  operation: string | Operation | readonly Operation[],
  headers: Record<string, string> = {},
): Promise<Answered<T>> {
  const body = typeof operation === 'string' ? { query: operation } : operation
  const response = await fetch(`${url}/graphql`, jsonRequest(body, headers))
  return { status: response.status, headers: response.headers, ...((await response.json()) as GraphQLAnswer<T>) }
}

/** What posts this as JSON. */
export function jsonRequest(body: object, headers: Record<string, string> = {}) {
  const allHeaders = { 'content-type': 'application/json', ...headers }
  return { method: 'POST', headers: allHeaders, body: JSON.stringify(body) }
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

export const codesOf = ({ errors = [] }: GraphQLAnswer<unknown>) => errors.map(({ extensions }) => extensions?.code)

/** A request of the GraphQL multipart specification with the file at `input.file`. */
export function multipart(query: string, input: object, bytes: Uint8Array, filename: string): FormData {
  const form = new FormData()
  form.append('operations', JSON.stringify({ query, variables: { input: { ...input, file: null } } }))
  form.append('map', JSON.stringify({ 0: ['variables.input.file'] }))
  form.append('0', new Blob([new Uint8Array(bytes)]), filename)
  return form
}

import { type CombinedError, cacheExchange, createClient, fetchExchange, mapExchange } from 'urql'

/** Where one signs in; it leads back when a session is there. */
export function leaveToSignIn(): void {
  location.assign('/session')
}

const isUnauthorized = ({ graphQLErrors, response }: CombinedError) =>
  response?.status === 401 || graphQLErrors.some(({ extensions }) => extensions.code === 'UNAUTHORIZED')

/** Queries and mutations; what is live comes through src/dashboard/live/. */
export const client = createClient({
  url: '/graphql',
  preferGetMethod: false,
  // the API refuses whatever a form of another site could have sent
  fetchOptions: { headers: { 'x-graphql-yoga-csrf': '1' } },
  exchanges: [
    cacheExchange,
    mapExchange({
      onError(error) {
        if (isUnauthorized(error)) leaveToSignIn()
      },
    }),
    fetchExchange,
  ],
})

/** What is told where nothing came back. */
export const noAnswer = 'The service does not answer.'

/** What went wrong, in a sentence for people. */
export function sentenceOf(error: CombinedError): string {
  return error.graphQLErrors[0]?.message ?? noAnswer
}

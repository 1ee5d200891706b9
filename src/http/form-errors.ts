import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { refusal } from './request-errors.ts'

const misfit = 'The parts "operations" and "map" do not fit together (GraphQL multipart request specification).'

/**
 * Refuses a multipart request that breaks its specification with HTTP 400. Yoga answers 200 where it looks, and where it
 * does not (a path into what is no object, say) it trips over the request, which would be our fault.
 */
export const useFormErrors: Plugin = {
  onRequestParse({ request, requestParser, setRequestParser }) {
    const isForm = request.headers.get('content-type')?.startsWith('multipart/form-data')
    if (!isForm || !requestParser) return
    setRequestParser(async (limited) => {
      try {
        return await requestParser(limited)
      } catch (error) {
        if (error instanceof TypeError) throw refusal('BAD_REQUEST', misfit)
        throw error instanceof GraphQLError && !error.extensions.http ? refusal('BAD_REQUEST', error.message) : error
      }
    })
  },
}

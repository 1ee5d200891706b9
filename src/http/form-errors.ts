import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { refusal } from './request-errors.ts'

const misfit = 'The parts "operations" and "map" do not fit together (GraphQL multipart request specification).'

export const isMultipart = ({ headers }: Request) =>
  headers.get('content-type')?.startsWith('multipart/form-data') ?? false

/**
 * Refuses with HTTP 400 what Yoga trips over, which would be our fault: `variables` or `extensions` that are no JSON, in
 * an address or a form; in a multipart request, a path into what is no object, say. Where it looks, it answers 200.
 */
export const useFormErrors: Plugin = {
  onRequestParse({ request, requestParser, setRequestParser }) {
    const isForm = isMultipart(request)
    if (!requestParser) return
    setRequestParser(async (limited) => {
      try {
        return await requestParser(limited)
      } catch (error) {
        throw asRefusal(error, isForm)
      }
    })
  },
}

function asRefusal(error: unknown, isForm: boolean): unknown {
  if (error instanceof SyntaxError) return refusal('BAD_REQUEST', 'The variables and extensions have to be JSON.')
  if (!isForm) return error
  if (error instanceof TypeError) return refusal('BAD_REQUEST', misfit)
  return error instanceof GraphQLError && !error.extensions.http ? refusal('BAD_REQUEST', error.message) : error
}

import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention'
import { createGraphQLError, type Plugin } from 'graphql-yoga'

/** Refuses what a form of another site could send, with HTTP 403; the library's own refusal does not name the header. */
export function useCsrfHeader(header: string): Plugin {
  const { onRequestParse } = useCSRFPrevention({ requestHeaders: [header] })
  return {
    onRequestParse(payload) {
      try {
        return onRequestParse?.(payload)
      } catch {
        throw createGraphQLError(`Requests of this content type need the header ${header}, with any value.`, {
          extensions: { code: 'FORBIDDEN', http: { status: 403 } },
        })
      }
    },
  }
}

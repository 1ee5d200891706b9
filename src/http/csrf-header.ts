import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention'
import { createGraphQLError, type Plugin } from 'graphql-yoga'

/** What no form of another site can send. */
export const csrfHeader = 'x-graphql-yoga-csrf'

/** Refuses what a form of another site could send, with HTTP 403; the library's own refusal does not name the header. */
export function useCsrfHeader(): Plugin {
  const { onRequestParse } = useCSRFPrevention({ requestHeaders: [csrfHeader] })
  return {
    onRequestParse(payload) {
      try {
        return onRequestParse?.(payload)
      } catch {
        throw createGraphQLError(`Requests of this content type need the header ${csrfHeader}, with any value.`, {
          extensions: { code: 'FORBIDDEN', http: { status: 403 } },
        })
      }
    },
  }
}

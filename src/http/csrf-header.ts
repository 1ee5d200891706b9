import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention'
import type { Plugin } from 'graphql-yoga'
import { refusal } from './request-errors.ts'

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
        throw refusal('FORBIDDEN', `Requests of this content type need the header ${csrfHeader}, with any value.`)
      }
    },
  }
}

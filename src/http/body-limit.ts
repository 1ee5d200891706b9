import { createGraphQLError, type Plugin } from 'graphql-yoga'

/**
 * Refuses a request body above `maxBytes` with HTTP 413 in our own words, whether its length was announced or not.
 * Goes with Yoga's `maxRequestBodySize` of the same value, which stops the reading.
 */
export function useBodyLimit(maxBytes: number): Plugin {
  const tooLarge = () =>
    createGraphQLError(`The request is too large (max ${Math.floor(maxBytes / 1024 / 1024)}MB).`, {
      extensions: { code: 'IMAGE_TOO_LARGE', http: { status: 413, headers: { connection: 'close' } } },
    })
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge()
      if (!requestParser) return
      setRequestParser(async (limited) => {
        try {
          return await requestParser(limited)
        } catch (error) {
          // the multipart parser wraps what stopped its reading
          if (error instanceof Error && error.message.includes('Request body too large')) throw tooLarge()
          throw error
        }
      })
    },
  }
}

import type { GraphiQLOptions, Plugin } from 'graphql-yoga'
import { graphiqlOptions } from './graphiql.ts'
import { graphiqlPolicy, newNonce } from './page-policy.ts'

type PageOptions = GraphiQLOptions & { nonce?: string }

/** GraphiQL for those who are let in: Yoga's options `graphiql` and `renderGraphiQL`, and what guards the page. */
export function createGraphiqlPage(admits: (request: Request) => boolean) {
  const nonces = new WeakMap<Request, string>()

  function graphiql(request: Request): PageOptions | false {
    if (!admits(request)) return false
    const nonce = newNonce()
    nonces.set(request, nonce)
    return { ...graphiqlOptions(new URL(request.url).origin), nonce }
  }

  async function renderGraphiQL({ nonce, ...options }: PageOptions = {}): Promise<string> {
    // the bundled page, since Yoga's own loads its scripts from another site; 47 MB of memory, so only once asked for
    const page = (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options)
    // the first is the only one; the text of others stands in its own
    return page.replace('<script>', `<script nonce="${nonce}">`)
  }

  const plugin: Plugin = {
    onResponse({ request, response }) {
      const nonce = nonces.get(request)
      if (nonce) response.headers.set('Content-Security-Policy', graphiqlPolicy(nonce))
    },
  }
  return { graphiql, renderGraphiQL, plugin }
}

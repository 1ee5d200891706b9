import { makeToken } from '../auth/token-records.ts'
import { addressesOf, type Config } from '../config.ts'
import { type Api, ApiError, createApi } from './api.ts'

export interface Connection extends AsyncDisposable {
  api: Api
  /** whether the service runs in this process, and ends with it */
  inProcess: boolean
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`)).ok
  } catch {
    return false
  }
}

/**
 * The server that a command talks to: the one of GREENROOM_URL, else the one on the local port, else the whole service
 * in this process until the command is done, which nobody else may use; without `works`, it leaves what waits in the
 * queue alone. The lock of the database sees to it that two never share one. Addresses are those that hold when a
 * server runs again, or with `ownUrls` those where this process can fetch from.
 */
export async function connect(
  config: Config,
  { url: greenroomUrl, token = null }: { url?: string | undefined; token?: string | null | undefined },
  { works, ownUrls = false }: { works: boolean; ownUrls?: boolean },
): Promise<Connection> {
  const local = `http://localhost:${config.http.port}`
  const url = greenroomUrl?.replace(/\/+$/, '') ?? local
  // while no service runs, anybody may listen on the local port: the token goes only to an address that somebody named
  const shown = greenroomUrl ? token : null
  if (await isUp(url)) return { api: createApi(url, shown), inProcess: false, async [Symbol.asyncDispose]() {} }
  if (greenroomUrl) throw new ApiError(`No Greenroom answers at ${url} (GREENROOM_URL).`)
  const [{ createApp }, { createLog }] = await Promise.all([import('../app.ts'), import('../log.ts')])
  const ownToken = makeToken()
  const app = await createApp(
    {
      ...config,
      http: { host: '127.0.0.1', port: 0, serviceUrl: null },
      auth: { tokens: { only: ownToken }, trustProxy: false, corsOrigins: [] },
      work: { ...config.work, ...(!works && { concurrency: 0 }) },
      storage: {
        ...config.storage,
        publicBaseUrl: ownUrls ? config.storage.publicBaseUrl : addressesOf(config).publicBase,
      },
    },
    createLog('error'),
  )
  return { api: createApi(app.url, ownToken), inProcess: true, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() }
}

/** Where a command's work is done. */
export function describeConnection({ api, inProcess }: Connection): string {
  return inProcess ? 'No server runs: working in this process.' : `Working through the server at ${api.url}.`
}

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import send from 'send'
import { packageRoot } from '../package-root.ts'
import { fillDates } from './sample-dates.ts'

export interface SampleVenues extends AsyncDisposable {
  /** host:port */
  host: string
  /** the listing pages by source, as the service wants to know them */
  pages: { liv: string[]; wynn: string[]; tao: string[] }
  /** what was answered, in order */
  answers: { path: string; status: number }[]
}

const examples = fileURLToPath(new URL('examples', packageRoot))

const listings = { liv: '/las-vegas/events/', wynn: '/events/', tao: '/wp-json/wp/v2/events' }

/** Texts by path, each with its type. */
const texts = new Map([
  ['/robots.txt', ['robots.txt', 'text/plain']],
  [listings.liv, ['liv.html', 'text/html; charset=utf-8']],
  [listings.wynn, ['wynn.html', 'text/html; charset=utf-8']],
  [listings.tao, ['tao-events.json', 'application/json']],
] as const)

/** At the same address the next time, what was fetched before needs not be fetched again. */
export const usualPort = 4080

/**
 * Serves the sample venues on this machine, with ETags on everything: at a port that is free, best at `port`. Their
 * nights are always in the next weeks.
 */
export async function startSampleVenues({ port = usualPort } = {}): Promise<SampleVenues> {
  const answers: SampleVenues['answers'] = []
  // a day that ends meanwhile changes nothing
  const opened = new Date()
  const pictures = JSON.parse(await readFile(`${examples}/venue-site/pictures.json`, 'utf8')) as Record<string, string>

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path } = new URL(request.url ?? '/', 'http://sample')
    response.once('finish', () => answers.push({ path, status: response.statusCode }))
    const [file, contentType] = texts.get(path) ?? []
    const picture = Object.hasOwn(pictures, path) ? pictures[path] : undefined
    if (file && contentType) return answerText(request, response, await readText(file, opened), contentType)
    if (picture) return void send(request, picture, { root: `${examples}/photos` }).pipe(response)
    response.writeHead(404).end()
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  const host = await listen(server, port)
  const pageOf = (path: string) => [`http://${host}${path}`]
  return {
    host,
    pages: { liv: pageOf(listings.liv), wynn: pageOf(listings.wynn), tao: pageOf(`${listings.tao}?per_page=100`) },
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const readText = async (file: string, day: Date) =>
  fillDates(await readFile(`${examples}/venue-site/${file}`, 'utf8'), day)

function answerText({ headers }: IncomingMessage, response: ServerResponse, text: string, contentType: string): void {
  const etag = `"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`
  const isKnown = headers['if-none-match'] === etag
  response.writeHead(isKnown ? 304 : 200, { etag, 'content-type': contentType }).end(isKnown ? undefined : text)
}

/** The host and port it got. */
async function listen(server: Server, port: number): Promise<string> {
  const address = '127.0.0.1'
  try {
    await once(server.listen(port, address), 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    await once(server.listen(0, address), 'listening')
  }
  return `${address}:${(server.address() as AddressInfo).port}`
}

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { createRobotsText } from '../../src/services/sources/robots-text.ts'
import { createTestSources, startSite } from '../support/source-site.ts'

const { signal } = new AbortController()

describe('the text of a robots.txt', () => {
  it('comes with its status, and only when there is one', async () => {
    await using site = await startSite(({ url }, response) => {
      if (url === '/robots.txt') response.end('\uFEFFUser-agent: *\nDisallow: /')
      else response.writeHead(404).end('<html>not here</html>')
    })
    await using sources = await createTestSources({ ports: [site.port] })
    const fetchText = createRobotsText(sources.web)
    expect(await fetchText(`http://a.test:${site.port}/robots.txt`, signal)).toEqual({
      httpStatus: 200,
      text: 'User-agent: *\nDisallow: /',
    })
    expect(await fetchText(`http://a.test:${site.port}/nothing`, signal)).toEqual({ httpStatus: 404, text: '' })
  })

  it('is read for 500 KiB, up to the end of a line', async () => {
    const line = 'Disallow: /private/\n'
    await using site = await startSite(async (_request, response) => {
      const endless = new Readable({
        read() {
          this.push(line.repeat(1_000))
        },
      })
      await pipeline(endless, response).catch(() => {})
    })
    await using sources = await createTestSources({ ports: [site.port] })
    const { text } = await createRobotsText(sources.web)(`http://a.test:${site.port}/robots.txt`, signal)
    expect(text).toBe(line.repeat(Math.floor((500 * 1024) / line.length)))
  })
})

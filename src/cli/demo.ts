import path from 'node:path'
import { createApp } from '../app.ts'
import type { Config } from '../config.ts'
import { createLog } from '../log.ts'
import { abortWhen, untilStopped } from '../signals.ts'
import { createApi } from './api.ts'
import { showPhotos } from './demo-photos.ts'
import { showVenues } from './demo-venues.ts'
import { type SampleVenues, startSampleVenues, usualPort } from './sample-venues.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)

/**
 * Serves, sends the sample photos through the public API, reads the sample venues, and tells what came of it; false when
 * something did not work.
 */
export async function runDemo(config: Config, token: string | null, once: boolean): Promise<boolean> {
  const stopped = untilStopped()
  const stopping = abortWhen(stopped)
  await using site = await startSampleVenues()
  await using app = await createApp(withSamples(config, site), createLog('warn'))
  const api = createApi(`http://localhost:${new URL(app.url).port}`, token)
  print(`${once ? '' : `Greenroom is listening on ${api.url}. `}The sample photos are on their way.\n`)
  const photos = await showPhotos(api, stopping)
  print(`${photos.told}\n`)
  if (stopping.aborted) return !once
  print('Now the sample venues: three pages as those of nightclubs, on this machine.')
  print(
    isUsual(site) ? '' : `Port ${usualPort} is taken: at another address, all is fetched that was fetched before.\n`,
  )
  const venues = await showVenues(api, site, stopping)
  print(`${venues.told}\n`)
  if (stopping.aborted) return !once
  if (once) {
    print(`${whereFilesAre(config)}\n\nnpm start serves them.`)
  } else {
    const look = [photos.thumbnail, venues.picture].filter((url) => url !== null)
    print(`dashboard  ${api.url}\nexplore    ${api.url}/graphql\n${look.map((url) => `look       ${url}`).join('\n')}`)
    print(`${whereFilesAre(config)}\n\nCtrl-C ends the demo.`)
    await stopped
  }
  return photos.failed === 0 && venues.succeeded
}

const isUsual = ({ host }: SampleVenues) => host.endsWith(`:${usualPort}`)

/** Only the sample venues are asked, whatever else is set, and what they invent goes to no D1 that others read. */
function withSamples(config: Config, { host, pages }: SampleVenues): Config {
  const { sources, scrape, d1 } = config
  return {
    ...config,
    d1: { ...d1, cloudflare: null },
    sources: { ...sources, allow: [...sources.allow, host] },
    scrape: { ...scrape, live: false, pages, schedule: null },
  }
}

function whereFilesAre(config: Config): string {
  const near = (file: string) => {
    const relative = path.relative(process.cwd(), file)
    return relative.startsWith('..') ? file : relative
  }
  const folder = near(config.storage.url.replace(/^file:/, ''))
  return `files      ${folder}/images, ${folder}/variants, ${folder}/artists\nrows       ${near(config.d1.file)}`
}

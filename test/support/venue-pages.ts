import { readFileSync } from 'node:fs'
import type { ReadPageOptions } from '../../src/venues/read-page.ts'
import type { VenueSource } from '../../src/venues/venue-list.ts'

/** Stands in for the hosts of the pictures in the sample pages. */
export const cdn = 'https://cdn.test'

interface SamplePage {
  /** its key among the expected results */
  name: string
  source: VenueSource
  file: string
  options: ReadPageOptions
}

export const samplePages: readonly SamplePage[] = [
  sample('liv', 'liv', 'liv.html', 'https://www.livnightclub.com/las-vegas/events/'),
  sample('xs', 'wynn', 'xs.html', 'https://www.wynnsocial.com/events/'),
  sample('tao', 'tao', 'tao.html', 'https://taogroup.com/events/'),
  sample(
    'liv-ajax',
    'liv',
    'liv-ajax.json',
    'https://www.livnightclub.com/wp-admin/admin-ajax.php?action=uvpx&date=2027-06-01',
  ),
  sample(
    'tao-events',
    'tao',
    'tao-events.json',
    'https://taogroup.com/wp-json/wp/v2/events?event_city=81&per_page=100&page=1',
  ),
]

/** The text of a file among the fixtures, its pictures on the stand-in host. */
export function sampleText(file: string): string {
  return readFileSync(new URL(`../fixtures/venues/${file}`, import.meta.url), 'utf8').replaceAll('{{CDN}}', cdn)
}

export function samplePage(name: string): SamplePage & { text: string } {
  const page = samplePages.find((each) => each.name === name)
  if (!page) throw new Error(`There is no sample page ${name}.`)
  return { ...page, text: sampleText(page.file) }
}

function sample(name: string, source: VenueSource, file: string, pageUrl: string): SamplePage {
  return { name, source, file, options: { pageUrl, mirrorHosts: ['cdn.test'], eveVenueIds: { 9200003: 'ebcn' } } }
}

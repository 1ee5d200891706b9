import { standInImages } from './lists/page-words.ts'
import type { PageElement } from './page-elements.ts'

const sets = ['srcset', 'data-srcset', 'data-lazy-srcset']
const attributes = ['data-bg', 'data-src', 'data-lazy-src', 'data-original']
const mostPerCard = 10
const longestAttribute = 20_000

/** The pictures of elements, one address for each that has one: the largest real one. */
export function findImages(elements: readonly PageElement[]): string[] {
  const found = new Set<string>()
  for (const element of elements) {
    const address = addressOf(element)
    if (address) found.add(address)
    if (found.size === mostPerCard) break
  }
  return [...found]
}

/** Lazy loaders put the real address elsewhere and something to look at in `src`. */
function addressOf({ name, attribs }: PageElement): string | undefined {
  // others, as scripts, have a src that is no picture
  const isImage = name === 'img'
  const read = (attribute: string) => (attribs[attribute] ?? '').slice(0, longestAttribute)
  const addresses = [
    originalOf(read('data-folder'), read('data-file')),
    ...(isImage ? sets.map((attribute) => largestOf(read(attribute))) : []),
    ...attributes.map(read),
    isImage ? read('src') : '',
    read('style').match(/url\(\s*(["']?)(.{1,4000}?)\1\s*\)/i)?.[2] ?? '',
  ]
  return addresses.map((address) => address.trim()).find((address) => address !== '' && !isStandIn(address))
}

/** UrVenue's calendars name the halves of an address, and put the size between them. */
function originalOf(folder: string, file: string): string {
  return folder.trim() === '' || file.trim() === '' ? '' : `${folder.trim().replace(/\/$/, '')}/raw/${file.trim()}`
}

/** The candidate of a srcset with the greatest width or density. */
function largestOf(srcset: string): string {
  // a comma may stand in an address, but not before a space
  const candidates = srcset.split(/,\s+|(?<=\s[\d.]{1,9}[wx]),/).map((candidate) => {
    const [address = '', descriptor = ''] = candidate.trim().split(/\s+/)
    return { address, size: Number.parseFloat(descriptor) || 0 }
  })
  return candidates.reduce((best, each) => (each.size > best.size ? each : best)).address
}

function isStandIn(address: string): boolean {
  if (/^(?:data|about):/i.test(address)) return true
  const file = address.split(/[?#]/, 1)[0]?.split('/').at(-1) ?? ''
  return standInImages.test(file)
}

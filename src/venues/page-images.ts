import type { CheerioAPI } from 'cheerio'
import { standInImages } from './lists/page-words.ts'

type Selection = ReturnType<CheerioAPI>

const elements = 'img, [data-bg], [data-src], [data-lazy-src], [data-original], [style*="url("]'
const sets = ['srcset', 'data-srcset', 'data-lazy-srcset']
const attributes = ['data-bg', 'data-src', 'data-lazy-src', 'data-original', 'src']
const mostPerCard = 10
const longestAttribute = 20_000

/** The pictures in a part of a page, one address for each element: the largest real one. */
export function findImages($: CheerioAPI, part: Selection): string[] {
  const found = part.find(elements).addBack(elements).slice(0, mostPerCard).toArray()
  return [...new Set(found.flatMap((element) => addressOf($(element)) ?? []))]
}

/** Lazy loaders put the real address elsewhere and something to look at in `src`. */
function addressOf(element: Selection): string | undefined {
  const read = (name: string) => (element.attr(name) ?? '').slice(0, longestAttribute)
  const style = read('style').match(/url\(\s*(["']?)(.{1,4000}?)\1\s*\)/i)?.[2]
  const addresses = [...sets.map((name) => largestOf(read(name))), ...attributes.map(read), style]
  return addresses.map((address) => address?.trim()).find((address) => address && !isStandIn(address))
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
  const file = address.slice(0, 4_000).split(/[?#]/, 1)[0]?.split('/').at(-1) ?? ''
  return standInImages.test(file)
}

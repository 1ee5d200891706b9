export type VenueSource = 'liv' | 'wynn' | 'tao'

export type VenueTag =
  | ('liv' | 'livb')
  | ('xs' | 'ebc' | 'ebcn')
  | ('hakkasan' | 'omnia' | 'omniad' | 'marquee' | 'marqueed' | 'tao' | 'taob' | 'ptb' | 'jewel' | 'liquid')

export interface Venue {
  /** stands in the keys of pictures: `^[a-z]{2,10}$`, never to be changed */
  tag: VenueTag
  name: string
  source: VenueSource
  /** other labels of listings; case, punctuation and a "Las Vegas" at the end do not count */
  aliases: readonly string[]
  /** its number in UrVenue's event codes, where known */
  urvenueId: string | null
  /** its number in the REST API of taogroup.com, where known */
  taoTerm: number | null
}

export interface SourceSite {
  /** for people */
  name: string
  /** the addresses to begin with */
  listings: readonly string[]
  /** where its listings and event pages are */
  hosts: readonly string[]
}

/** The venues whose nights are read; numbers from public code that reads the same listings. */
export const venues: readonly Venue[] = [
  venue('liv', 'liv', 'LIV Las Vegas', ['liv', 'liv nightclub'], '1121561'),
  venue('liv', 'livb', 'LIV Beach', [], '1214881'),
  venue('wynn', 'xs', 'XS Nightclub', ['xs'], '1115'),
  venue('wynn', 'ebc', 'Encore Beach Club', ['ebc'], '1103'),
  venue('wynn', 'ebcn', 'Encore Beach Club At Night', ['ebcn', 'ebc at night'], '1163'),
  venue('tao', 'hakkasan', 'Hakkasan Nightclub', ['hakkasan'], '1085', 314),
  venue('tao', 'omnia', 'OMNIA Nightclub', ['omnia'], '1089', 313),
  venue('tao', 'omniad', 'OMNIA Dayclub', [], '40911541686', 1006),
  venue('tao', 'marquee', 'Marquee Nightclub', ['marquee'], null, 122),
  venue('tao', 'marqueed', 'Marquee Dayclub', ['marquee dome'], '1109', 263),
  venue('tao', 'tao', 'TAO Nightclub', ['tao']),
  venue('tao', 'taob', 'TAO Beach', ['tao beach dayclub'], '1113', 325),
  venue('tao', 'ptb', 'Palm Tree Beach Club', ['palm tree beach'], '1117', 895),
  venue('tao', 'jewel', 'JEWEL Nightclub', ['jewel']),
  venue('tao', 'liquid', 'LIQUID Pool Lounge', ['liquid', 'liquid pool']),
]

export const venueSources: Readonly<Record<VenueSource, SourceSite>> = {
  liv: {
    name: 'LIV Las Vegas and LIV Beach',
    listings: ['https://www.livnightclub.com/las-vegas/events/'],
    hosts: ['www.livnightclub.com', 'livnightclub.com'],
  },
  wynn: {
    name: 'Wynn Social',
    listings: ['https://www.wynnsocial.com/events/'],
    hosts: ['www.wynnsocial.com', 'wynnsocial.com'],
  },
  tao: {
    name: 'TAO Group',
    // the page builds its list in the browser; the API has all of it. 81 is Las Vegas
    listings: ['https://taogroup.com/wp-json/wp/v2/events?event_city=81&per_page=100&page=1'],
    hosts: ['taogroup.com', 'www.taogroup.com'],
  },
}

function venue(
  source: VenueSource,
  tag: VenueTag,
  name: string,
  aliases: readonly string[],
  urvenueId: string | null = null,
  taoTerm: number | null = null,
): Venue {
  return { tag, name, source, aliases, urvenueId, taoTerm }
}

export const venueSourceNames = Object.keys(venueSources) as VenueSource[]

export const isVenueSource = (name: string): name is VenueSource => Object.hasOwn(venueSources, name)

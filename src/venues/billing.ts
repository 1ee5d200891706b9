import { cleanName, slugifyArtist } from './artist-slug.ts'
import { splitPerformers } from './performers.ts'
import {
  createVenueTest,
  isMereSetNote,
  isParty,
  isPlaceholder,
  isPromoter,
  isRightHandOccasion,
  isSetNote,
  splitHolidayTail,
  type VenueTest,
} from './title-tests.ts'

/** Who plays, as the title of a night tells it. */
export interface Billing {
  /** `party`: a night with a name and no artist; `placeholder`: nobody is named yet, or the house is closed */
  kind: 'artist' | 'party' | 'placeholder'
  artistName: string | null
  /** of the whole billing, so that a wrong split into performers never changes a key */
  artistSlug: string | null
  performers: string[]
  support: string[]
  /** occasions, parties and hosts around the billing, in the order of the title */
  promos: string[]
}

interface Draft {
  name: string
  support: string[]
  promos: string[]
}

const longestTitle = 500
const leadingDate = /^\d{1,2}\/\d{1,2}\/\d{2,4}\s*(?:[-–—|:]\s*)?/
const dash = /\s+[-–—|]\s+/
const bracket = /\s*[([{]([^()[\]{}]{0,100})[)\]}]/g
const guests = String.raw`(?:very\s+)?special\s+guests?\b`
const supportForm = new RegExp(
  String.raw`^(.+?)\s+(?:w\/|(?:feat|ft)\b\.?|featuring\b|support(?:ed)?\s+(?:by|from)\b|(?:with|&|\+|and)\s+${guests})\s*:?\s*(.*)$`,
  'i',
)
/** Between an artist and another it may be part of a name, so it only parts a party from its artist. */
const plainWith = /^(.+?)\s+with\s+(.+)$/i
const supportWords = new RegExp(String.raw`^(?:${guests}|support(?:\s+(?:by|from))?\b|guests?\b)\s*:?\s*`, 'i')
/** Where guests follow, who stands between is no part of the name: `Zedd with A & Special Guests`. */
const withGuests = new RegExp(String.raw`^(.+?)\s+with\s+(.+?)\s*(?:,|\s&|\s\+|\sand)\s+${guests}$`, 'i')
/** What a name ends in when what followed is taken off. */
const looseEnd = /(?:\s+[-–—|&+]|\s+(?:x|and|vs\.?|b\db)|\s*[:,])+$/i
const friends = /\s+(?:&|\+|and|with|w\/)\s*friends$/i

/** A part of a title that is but the support. */
const withForm = /^w\/\s*/i

const builtIn = createVenueTest([])

/** Reads the title of a night. `venueAliases` are names of venues beside those of our own list. */
export function parseBilling(title: string, { venueAliases }: { venueAliases?: readonly string[] } = {}): Billing {
  const isVenue = venueAliases ? createVenueTest(venueAliases) : builtIn
  const whole = cleanName(title.slice(0, longestTitle)).replace(leadingDate, '')
  const draft = readSegments(whole, isVenue)
  if (isPlaceholder(draft.name, isVenue)) return nobody('placeholder', [])
  readBrackets(draft)
  readColon(draft, isVenue)
  readPresents(draft, isVenue)
  readSupport(draft, isVenue)
  takeHolidays(draft)
  const name = dropUnnamed(draft.name.replace(friends, '').trim())
  if (isPlaceholder(name, isVenue)) return nobody('placeholder', [])
  if (isParty(name)) return nobody('party', name === '' ? draft.promos : [name, ...draft.promos])
  if (name === '') return nobody(draft.promos.length > 0 ? 'party' : 'placeholder', draft.promos)
  const isNamed = (each: string) => !isPlaceholder(each, isVenue)
  return {
    kind: 'artist',
    artistName: name,
    artistSlug: slugifyArtist(name),
    performers: splitPerformers(name).filter(isNamed),
    support: draft.support.filter(isNamed),
    promos: draft.promos,
  }
}

function nobody(kind: 'party' | 'placeholder', promos: string[]): Billing {
  return { kind, artistName: null, artistSlug: null, performers: [], support: [], promos }
}

/** What stands between dashes: the billing, notes about the set, occasions, and at the end the venue. */
function readSegments(text: string, isVenue: VenueTest): Draft {
  const segments = text.split(dash).flatMap(splitOccasion)
  while (segments.length > 1 && isPlace(segments.at(-1) ?? '', isVenue)) segments.pop()
  const promos = segments.filter(
    (segment, at) =>
      namesNobody(segment, isVenue) || (at > 0 && !withForm.test(segment) && isRightHandOccasion(segment)),
  )
  // who comes first is never a note: Disclosure DJ Set
  const rest = segments
    .filter((segment) => !promos.includes(segment) && !isMereSetNote(segment))
    .filter((segment, at) => at === 0 || withForm.test(segment) || !isSetNote(segment))
  if (rest.length > 0) {
    return { name: dropPlace(rest.join(' - ').replace(withForm, ''), isVenue), support: [], promos }
  }
  const [first = ''] = segments
  return isPlaceholder(first, isVenue) ? { name: first, support: [], promos: [] } : { name: '', support: [], promos }
}

/** Right of a dash an occasion may have the support behind it: `Zedd - EDC Week w/ DJ Five`. */
function splitOccasion(segment: string, at: number): string[] {
  const [, left = '', right = ''] = at === 0 ? [] : (segment.match(supportForm) ?? [])
  return right !== '' && isRightHandOccasion(left) ? [left, `w/ ${right}`] : [segment]
}

function isPlace(text: string, isVenue: VenueTest): boolean {
  return isVenue(text) || /^las vegas(?:,? nv)?$/i.test(text)
}

/** `Tiësto at XS Nightclub`, `Tiësto @ XS`; names of venues and of artists have an "at" of their own. */
function dropPlace(name: string, isVenue: VenueTest): string {
  const cuts = [/^(.+?)\s+(?:@|at)\s*(.+)$/i, /^(.+)\s+(?:@|at)\s*(.+)$/i].map((form) => name.match(form))
  return cuts.find((cut) => isPlace(cut?.[2] ?? '', isVenue))?.[1] ?? name
}

/** Brackets hold notes about the set, an occasion, support, or the name in another script. */
function readBrackets(draft: Draft): void {
  draft.name = draft.name.replace(bracket, (whole, inner: string) => {
    const note = inner.trim()
    if (isSetNote(note) || !/[\p{Script=Latin}\d]/u.test(note)) return ''
    if (/^(?:w\/|with\s|feat\b|ft\b|featuring\b|support\b)/i.test(note)) return ` ${note.replace(/^with\s+/i, 'w/ ')}`
    if (!isParty(note) && !isRightHandOccasion(note)) return whole
    draft.promos.unshift(note)
    return ''
  })
  draft.name = draft.name.trim()
}

/** `EDC Week: Kaskade`; the colon within the name of a party stays. */
function readColon(draft: Draft, isVenue: VenueTest): void {
  const [, before = '', after = ''] = draft.name.match(/^([^:]+):\s+(.+)$/) ?? []
  if (after === '' || isParty(draft.name) || /\bpresents?$/i.test(before)) return
  if (!namesNobody(before, isVenue) || namesNobody(after.replace(/\s+(?:w\/|with\b).*$/i, ''), isVenue)) return
  draft.promos.unshift(before)
  draft.name = after
}

/** With a colon the host presents the artist; without one the artist presents a show. */
function readPresents(draft: Draft, isVenue: VenueTest): void {
  const [, host, colon, shown] = draft.name.match(/^(.+?)\s+presents?(\s*:)?\s+(.+)$/i) ?? []
  if (host === undefined || shown === undefined) return
  const isHost = colon !== undefined || isPromoter(host) || namesNobody(host, isVenue) || isRightHandOccasion(host)
  draft.name = isHost ? shown : host
  if (isHost) draft.promos.unshift(host)
}

/** Who stands right of a party is the headliner, who stands right of an artist the support. */
function readSupport(draft: Draft, isVenue: VenueTest): void {
  // twice: a party, its headliner, and the headliner's support
  for (const form of [withGuests, plainWith, supportForm, supportForm]) {
    const [, left = '', right = ''] = draft.name.match(form) ?? []
    const guest = right.replace(supportWords, '').trim()
    if (guest !== '' && namesNobody(left, isVenue)) {
      draft.promos.unshift(left)
      draft.name = guest
    } else if (left !== '' && form !== plainWith) {
      draft.support.unshift(...splitPerformers(guest))
      draft.name = left.replace(looseEnd, '')
    }
  }
}

function namesNobody(text: string, isVenue: VenueTest): boolean {
  return isParty(text) || isVenue(text) || isPlaceholder(text, isVenue)
}

/** Occasions at the end of the name without a dash: `Kaskade EDC Week`. */
function takeHolidays(draft: Draft): void {
  if (isParty(draft.name)) return
  const { name, holiday } = splitHolidayTail(draft.name)
  if (holiday === null) return
  draft.name = name
  draft.promos.unshift(holiday)
}

/** Whoever is not known yet is no part of the billing: `Kaskade & TBA`. */
function dropUnnamed(name: string): string {
  const acts = splitPerformers(name)
  const last = acts.at(-1) ?? ''
  if (acts.length < 2 || !isPlaceholder(last, () => false)) return name
  return dropUnnamed(name.slice(0, name.lastIndexOf(last)).trim().replace(looseEnd, ''))
}

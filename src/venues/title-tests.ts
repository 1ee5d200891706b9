import { foldForSearch } from './artist-slug.ts'
import { parties, promoters, weekdayArtists } from './lists/parties.ts'
import { houseStates, placeholderPatterns } from './lists/placeholders.ts'
import { holidayPhrases, holidays, occasionPlaces, occasionWords, setNotes } from './lists/promo-words.ts'
import { venues } from './venue-list.ts'
import { foldLabel, labelsOf } from './venue-tags.ts'

/** Whether a text is the name of a venue and nothing else. */
export type VenueTest = (text: string) => boolean

const weekday = '(?:mon|tues|wednes|thurs|fri|satur|sun)day'
const weekdayParty = new RegExp(`(?:^| )${weekday}s$`)
const weekdayNight = new RegExp(`^(?:(.+) )?${weekday}s?(?: nights?)?$`)
const anyWeekday = new RegExp(`\\b${weekday}s?\\b`)

const ourVenues = venues.flatMap(labelsOf)
const partyNames = new Set(parties.map((name) => foldForSearch(name)))
const weekdayArtistNames = new Set(weekdayArtists.map((name) => foldForSearch(name)))
const promoterNames = new Set(promoters.map((name) => foldForSearch(name)))
const occasionForm = new RegExp(`\\b(?:${occasionWords.map((word) => foldForSearch(word)).join('|')})\\b`)
const setNoteForm = new RegExp(`(?:^|\\s)(?:${setNotes.map(quote).join('|')})$`, 'i')

const holidayText = `(?:(?:${longestFirst(holidays)})(?: (?:weekend|week|eve|day|night|party))?|${longestFirst(holidayPhrases)})`
const placedHoliday = `(?:(?:${longestFirst([...occasionPlaces, ...holidays])}) ){0,3}${holidayText}`
const holidayWhole = new RegExp(`^(?:the )?(?:\\d{4} )?${placedHoliday}(?: '?\\d{2,4})?$`, 'i')
// the longest end that is one; "Vegas" alone may be the name of an artist: Dimitri Vegas
const holidayTail = new RegExp(`^(.*?[^\\s,:])[\\s,:]+((?:las vegas )?${holidayText}(?: '?\\d{2,4})?)$`, 'i')

export function createVenueTest(aliases: readonly string[]): VenueTest {
  const labels = new Set([...ourVenues, ...aliases].map(foldLabel))
  return (text) => labels.has(foldLabel(text))
}

/** A title that names nobody: a word for it, a venue, or a venue and a weekday. */
export function isPlaceholder(title: string, isVenue: VenueTest): boolean {
  const folded = foldForSearch(title)
  if (placeholderPatterns.some((form) => form.test(folded))) return true
  const ofHouse = [folded.match(weekdayNight), folded.match(houseStates)]
  return isVenue(title) || ofHouse.some((match) => match !== null && isVenue(match[1] ?? ''))
}

/** A night with a name of its own: a listed one, one that ends in a weekday in the plural, or a mere occasion. */
export function isParty(title: string): boolean {
  const folded = foldForSearch(title)
  if (weekdayArtistNames.has(folded)) return false
  return partyNames.has(folded) || weekdayParty.test(folded) || holidayWhole.test(plain(title))
}

/** What stands right of a dash is looser: `Takeover`, `10 Year Anniversary`, `Industry Monday`. */
export function isRightHandOccasion(text: string): boolean {
  const folded = foldForSearch(text)
  return occasionForm.test(folded) || anyWeekday.test(folded)
}

export function isPromoter(text: string): boolean {
  return promoterNames.has(foldForSearch(text))
}

/** `Sunset Set`, `Live`, `Open to Close` */
export function isSetNote(text: string): boolean {
  return setNoteForm.test(text)
}

/** A note about a set that names nobody: `Sunset Set`, but not `Disclosure DJ Set`. */
export function isMereSetNote(text: string): boolean {
  const rest = text.replace(setNoteForm, '')
  return rest === '' || (rest !== text && isMereSetNote(rest))
}

/** Takes the occasions off the end of a billing: `Kaskade EDC Week`. */
export function splitHolidayTail(name: string): { name: string; holiday: string | null } {
  const [, rest, holiday] = plain(name).match(holidayTail) ?? []
  if (rest === undefined || holiday === undefined) return { name, holiday: null }
  return { name: name.slice(0, rest.length), holiday: name.slice(name.length - holiday.length) }
}

/** As long as the text, with the apostrophe of the lists. */
function plain(text: string): string {
  return text.replace(/[’‘ʼ`´]/g, "'")
}

function longestFirst(words: readonly string[]): string {
  return [...words]
    .sort((a, b) => b.length - a.length)
    .map(quote)
    .join('|')
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

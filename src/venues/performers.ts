import { slugifyArtist } from './artist-slug.ts'
import { duos } from './lists/duos.ts'

const separator = /(\s*,\s+(?:(?:and|&)\s+)?|\s+(?:b\db(?:\db)*|vs\.?|x|×|\+|&|and)\s+)/i
const known = new Set(duos.map(duoKey))
/** Parts of the longest listed name: Earth, Wind & Fire. */
const mostParts = 3

/** The acts of a billing, for display. Listed duos stay whole. */
export function splitPerformers(billing: string): string[] {
  // every second piece is a separator
  const pieces = billing.split(separator)
  const performers: string[] = []
  for (let at = 0; at < pieces.length; at += 2) {
    const parts = duoParts(pieces, at)
    performers.push(
      pieces
        .slice(at, at + parts * 2 - 1)
        .join('')
        .trim(),
    )
    at += (parts - 1) * 2
  }
  return performers.filter((name) => name !== '')
}

/** How many parts from here make up one listed name; 1 for an ordinary one. */
function duoParts(pieces: string[], at: number): number {
  for (let parts = mostParts; parts > 1; parts--) {
    const end = at + parts * 2 - 1
    if (end <= pieces.length && known.has(duoKey(pieces.slice(at, end).join('')))) return parts
  }
  return 1
}

/** `and`, `&` and `+` are one. */
function duoKey(name: string): string {
  return slugifyArtist(name).replaceAll('-and-', '-')
}

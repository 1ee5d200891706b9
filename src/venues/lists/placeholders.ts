/** Before `TBA` they name nobody; a venue does not either. */
const anybody = '(?:dj|djs|artist|artists|headliner|headliners|lineup|line up|talent|performer|performers|guest|guests)'
/** Before `closed` they are the house; its name is too. */
const house = '(?:venue|club|nightclub|night club|dayclub|day club|pool|house|we)'

/** Titles of nights that name nobody yet; from the venues' listings. They are tried on the folded title. */
export const placeholderPatterns: readonly RegExp[] = [
  new RegExp(`^(?:(?:the )?${house} (?:is |are )?)?closed\\b`),
  new RegExp(`^(?:${anybody} )?(?:is |are )?tb[acd]$`),
  /^tb[acd]\b/,
  /\bto be (?:announced|determined|confirmed)\b/,
  /\bcoming soon\b/,
  /^book(?: now| a table| table| here)?$/,
  /^(?:with )?(?:very )?(?:special|surprise|secret) (?:guests?|djs?|artists?|headliners?|performances?)(?: djs?)?$/,
  /^(?:guest|resident|house|local) djs?$/,
  /\bprivate (?:event|party|function)\b/,
]

/** What may stand after the name of a venue when nobody plays, or nobody is named; on the folded title. */
export const houseStates = /^(.+?) (?:is )?(?:closed|tb[acd])\b/

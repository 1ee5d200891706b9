/** Titles of nights that name nobody yet; from the venues' listings. They are tried on the folded title. */
export const placeholderPatterns: readonly RegExp[] = [
  /^closed\b/,
  /^(?:\S+ )?tb[acd]$/,
  /^tb[acd]\b/,
  /\bto be (?:announced|determined|confirmed)\b/,
  /\bcoming soon\b/,
  /^book(?: now| a table| table| here)?$/,
  /^(?:with )?(?:very )?(?:special|surprise|secret) (?:guests?|djs?|artists?|headliners?|performances?)(?: djs?)?$/,
  /^(?:guest|resident|house|local) djs?$/,
  /\bprivate (?:event|party|function)\b/,
]

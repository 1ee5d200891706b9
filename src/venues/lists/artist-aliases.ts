/** Spellings that no rule maps to the slug everyone uses, by lower-cased name in NFC; from the artists' own pages. */
export const artistAliases: ReadonlyMap<string, string> = new Map([
  ['페기 구', 'peggy-gou'],
  ['нина кравиц', 'nina-kraviz'],
  ['above and beyond', 'above-beyond'],
])

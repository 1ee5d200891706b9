/** Orders texts by their code units, as databases order ASCII; for `sort`. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

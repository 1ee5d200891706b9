/**
 * Puts text between `<!-- name -->` and `<!-- /name -->` in place of what is there, and leaves everything else as it is.
 * Throws where a page lacks either.
 */
export function fillSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const from = page.indexOf(begin)
  const to = page.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`The page has no section ${begin} … ${end}.`)
  return `${page.slice(0, from + begin.length)}\n${text.trim()}\n${page.slice(to)}`
}

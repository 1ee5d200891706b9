import type { CheerioAPI } from 'cheerio'

type PageDocument = ReturnType<CheerioAPI['root']>[number]
type PageNode = PageDocument['children'][number]
export type PageElement = Extract<PageNode, { attribs: unknown }>

export type ElementTest = (element: PageElement) => boolean

const longestText = 2_000
const textless = new Set(['script', 'style', 'template', 'noscript'])

/** A page whose elements are found by selectors, in the order of the page. */
export interface Page {
  select(selector: string): PageElement[]
}

/** The selectors of cheerio take forever on deeply nested pages when they go through the page themselves. */
export function openPage($: CheerioAPI): Page {
  const elements = [...descend($.root().toArray(), () => false)].filter(isElement)
  return { select: (selector) => $(elements).filter(selector).toArray() }
}

/** What a script holds. */
export function scriptText({ children }: PageElement): string {
  return children.map((child) => ('data' in child ? child.data : '')).join('')
}

/**
 * A part of a page with all in it, but for parts of its own kind: tags that are never closed put every card of a page
 * into the one before, and reading each whole would take forever.
 */
export function elementsOf(part: PageElement, isPart: ElementTest): PageElement[] {
  const found = [part]
  for (const node of descend(part.children, isPart)) if (isElement(node)) found.push(node)
  return found
}

/** The text of an element without what of it nobody sees: the first 2,000 characters, without parts of a page in it. */
export function textOfElement(element: PageElement, isPart: ElementTest): string {
  let text = ''
  for (const node of descend(element.children, (inner) => isPart(inner) || textless.has(inner.name))) {
    if (node.type === 'text') text += node.data
    if (text.length > longestText) break
  }
  return text.slice(0, longestText)
}

/** The first text in an element that is no mere space, but for that in closed parts. */
export function firstTextIn(element: PageElement, isClosed: ElementTest): string {
  for (const node of descend(element.children, (inner) => isClosed(inner) || textless.has(inner.name))) {
    if (node.type === 'text' && node.data.trim() !== '') return node.data.slice(0, longestText)
  }
  return ''
}

/** Nodes and what is in them, in the order of the page. Recursion would overflow the stack on hostile pages. */
function* descend(nodes: readonly PageNode[], isClosed: ElementTest): Generator<PageNode> {
  const ahead = nodes.toReversed()
  for (let node = ahead.pop(); node; node = ahead.pop()) {
    if (isElement(node) && isClosed(node)) continue
    yield node
    if ('children' in node) for (const child of node.children.toReversed()) ahead.push(child)
  }
}

function isElement(node: PageNode): node is PageElement {
  return 'attribs' in node
}

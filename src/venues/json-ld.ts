import { isRecord, listOf } from './unknown-values.ts'

export type LdNode = Record<string, unknown>

export interface LdReading {
  /** every event on the page */
  events: LdNode[]
  /** one sentence for each block that could not be read */
  warnings: string[]
  /** a value, or what it refers to by `@id` */
  resolve(value: unknown): unknown
}

/** Properties that hold further nodes. */
const containers = ['@graph', 'itemListElement', 'item', 'subEvent', 'subEvents', 'mainEntity', 'events', 'event']
const deepest = 12
const longestEnd = 100
const eventType = /(?:^|[/:])(?:[A-Za-z]*Event|Festival|EventSeries)$/

/** Reads the blocks of JSON-LD of a page, with what is known to be wrong with them in the wild. */
export function readJsonLd(blocks: readonly string[]): LdReading {
  const warnings: string[] = []
  const nodes: LdNode[] = []
  blocks.forEach((block, at) => {
    const text = strip(block)
    if (text === '') return
    try {
      collect(JSON.parse(text), nodes, 0)
    } catch (error) {
      warnings.push(`json-ld block ${at}: ${reasonOf(error)}`)
    }
  })
  const byId = new Map<unknown, LdNode>()
  for (const node of nodes) {
    // a mere reference does not hide the node it refers to
    if (typeof node['@id'] === 'string' && Object.keys(node).length > 1) byId.set(node['@id'], node)
  }
  return {
    events: nodes.filter(isEvent),
    warnings,
    resolve: (value) => (isRecord(value) && byId.get(value['@id'])) || value,
  }
}

/** Takes off comments and the semicolons of scripts; control characters are no JSON, in texts they stood for spaces. */
function strip(block: string): string {
  const text = block
    .replace(/\p{Cc}/gu, ' ')
    .replace(/^[\s/*]*(?:<!\[CDATA\[|<!--)[\s/*]*/, '')
    .trim()
  // looking for an end all through a long text would take long
  const end = text.slice(-longestEnd).replace(/(?:[\s/*;]|\]\]>|-->)+$/, '')
  return `${text.slice(0, -longestEnd)}${end}`
}

/** Without the line and column that newer versions of Node add. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/ \(line \d+ column \d+\)/, '').slice(0, 200)
}

function collect(value: unknown, nodes: LdNode[], depth: number): void {
  if (depth > deepest) return
  for (const node of listOf(value)) {
    if (Array.isArray(node)) collect(node, nodes, depth + 1)
    if (!isRecord(node)) continue
    nodes.push(node)
    for (const name of containers) if (Object.hasOwn(node, name)) collect(node[name], nodes, depth + 1)
  }
}

function isEvent(node: LdNode): boolean {
  return listOf(node['@type']).some((type) => typeof type === 'string' && eventType.test(type.slice(-100)))
}

import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  type OperationTypeNode,
  parse,
} from 'graphql'
import { queryLimits } from '../../src/http/query-limits.ts'
import { weighQuery } from '../../src/http/query-weight.ts'
import { createTape, type Tape } from './tape.ts'
import { type Known, literal, plain, valueFor } from './values.ts'

/** An operation as it is posted. */
export interface Operation {
  kind: 'query' | 'mutation' | 'subscription'
  query: string
  variables: Record<string, unknown>
}

/** Left out of random operations: it makes a service that no longer works on anything. */
const untouched = ['setConcurrency']

const meta = ['__typename', '__typename @include(if: true)', 'same: __typename', '__typename @skip(if: false)']

/** Begins the first selection with this. */
const beginning = (text: string) => (query: string) => query.replace('{', `{ ${text} `)

const manyAliases = Array.from({ length: queryLimits.aliases + 1 }, (_, at) => `a${at}: __typename`).join(' ')
const tooDeep = '{ same'.repeat(queryLimits.depth + 1) + '}'.repeat(queryLimits.depth + 1)

const damages: ((query: string, tape: Tape) => string)[] = [
  (query, tape) => query.slice(0, tape.below(query.length + 1)),
  (query, tape) => query.replace(/\w{4,}/g, (word) => (tape.oneIn(12) ? 'nope' : word)),
  (query) => `${query} ${query}`,
  (query) => `${query} fragment A on Query { ...A }`,
  (query) => query.replace('{', '@nope @skip(if: "x") {'),
  (query) => query.replaceAll('}', ''),
  (query) => `#\0\ufeff\n${query}`,
  (query, tape) => query.replace(/\w+ *:/g, (name) => (tape.oneIn(9) ? '' : name)),
  (query) => `type Query { a: Int } ${query}`,
  beginning('__schema { types { name } }'),
  beginning('__typename @skip(if: $nope)'),
  // beyond one limit each
  beginning(manyAliases),
  beginning(`same ${tooDeep}`),
  beginning('a: __schema { types { name } } b: __schema { types { name } } c: __schema { types { name } }'),
  beginning(`__typename ${'@include(if: true) '.repeat(queryLimits.directives + 1)}`),
  beginning('__typename '.repeat(queryLimits.tokens)),
  (query) => `${query}${' '.repeat(queryLimits.characters)}`,
]

/** All that may be asked of a type, or what ends there. */
function fieldsToAsk(type: GraphQLNamedType, onlyLeaves: boolean): GraphQLField<unknown, unknown>[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  const fields = Object.values(type.getFields()).filter(({ name }) => !untouched.includes(name))
  return onlyLeaves ? fields.filter((each) => !isCompositeType(getNamedType(each.type))) : fields
}

/**
 * Writes operations of every kind that the schema allows. Most are valid and within the limits, since nothing is done of
 * what is refused unread.
 */
export function createWriter(schema: GraphQLSchema, known: Known) {
  /** Shorter until it is within the limits. */
  function writeWithin(choices: readonly number[]): Operation {
    const operation = write(schema, known, createTape(choices))
    return choices.length === 0 || isWithinLimits(schema, operation)
      ? operation
      : writeWithin(choices.slice(0, Math.floor(choices.length * 0.7)))
  }

  return (choices: readonly number[]): Operation => {
    const [first = 0, second = 0, ...rest] = choices
    const operation = writeWithin(rest)
    if (first % 8 !== 7) return operation
    const tape = createTape([second, ...rest])
    return { ...operation, query: tape.pick(damages)(operation.query, tape) }
  }
}

function isWithinLimits(schema: GraphQLSchema, { query, variables }: Operation): boolean {
  try {
    const weight = weighQuery(schema, { document: parse(query, { maxTokens: queryLimits.tokens }), variables })
    return (['depth', 'aliases', 'directives', 'cost'] as const).every((limit) => weight[limit] <= queryLimits[limit])
  } catch {
    return false
  }
}

function write(schema: GraphQLSchema, known: Known, tape: Tape): Operation {
  const declared: string[] = []
  const variables: Record<string, unknown> = {}
  const fragments: string[] = []
  let aliases = 0

  function argument({ name, type }: GraphQLArgument): string {
    const value = valueFor(type, name, tape, known)
    if (!tape.oneIn(3)) return `${name}: ${literal(value)}`
    const variable = `v${declared.length}`
    declared.push(`$${variable}: ${tape.oneIn(40) ? 'String' : String(type)}`)
    if (!tape.oneIn(40)) variables[variable] = plain(value)
    return `${name}: $${variable}`
  }

  /** By another name where its own is taken: two of one name with other arguments would be refused unread. */
  function aliasFor(name: string, taken: Set<string>): string {
    if (tape.oneIn(100)) return `${tape.pick(['a', '__typename', 'id'])}: `
    if (!taken.has(name)) {
      taken.add(name)
      return ''
    }
    aliases += 1
    return `f${aliases}: `
  }

  function field({ name, args, type }: GraphQLField<unknown, unknown>, depth: number, taken: Set<string>): string {
    const alias = aliasFor(name, taken)
    const given = args.filter((arg) => (isNonNullType(arg.type) ? !tape.oneIn(50) : !tape.isOver && tape.oneIn(3)))
    const written = given.length > 0 ? `(${given.map(argument).join(', ')})` : ''
    const below = getNamedType(type)
    return `${alias}${name}${written}${isCompositeType(below) ? selection(below, depth + 1) : ''}`
  }

  /** Deeper only while there are choices left. */
  function fieldsOf(type: GraphQLNamedType, depth: number, taken: Set<string>): string[] {
    const fields = fieldsToAsk(type, tape.isOver || depth > queryLimits.depth - 2)
    const count = fields.length === 0 ? 0 : tape.below(5) + (depth === 0 ? 1 : 0)
    return Array.from({ length: count }, () => field(tape.pick(fields), depth, taken))
  }

  function branchesOf(type: GraphQLNamedType, depth: number, taken: Set<string>): string[] {
    if (!isAbstractType(type) || tape.isOver) return []
    const possible = schema.getPossibleTypes(type)
    return Array.from({ length: 1 + tape.below(3) }, () => {
      const chosen = tape.pick(possible)
      return `... on ${chosen.name}${selection(chosen, depth, taken)}`
    })
  }

  /** `taken` are the names that what it stands in has already. */
  function selection(type: GraphQLNamedType, depth: number, taken = new Set<string>()): string {
    const first = tape.oneIn(6) ? tape.pick(meta) : '__typename'
    const parts = [first, ...fieldsOf(type, depth, taken), ...branchesOf(type, depth, taken)]
    return tape.oneIn(15) ? spread(type, parts) : ` { ${parts.join(' ')} }`
  }

  function spread(type: GraphQLNamedType, parts: string[]): string {
    const name = `F${fragments.length}`
    fragments.push(`fragment ${name} on ${type.name} { ${parts.join(' ')} }`)
    return ` { ...${name} ...${name} }`
  }

  const kind = tape.pick(['query', 'query', 'query', 'mutation', 'mutation', 'subscription'] as const)
  const root = schema.getRootType(kind as OperationTypeNode)
  if (!root) return { kind, query: '', variables }
  // of a subscription, only one field is valid
  const isOne = kind === 'subscription' && !tape.oneIn(20)
  const selected = isOne
    ? ` { ${field(tape.pick(Object.values(root.getFields())), 0, new Set())} }`
    : selection(root, 0)
  const head = declared.length > 0 ? `${kind} Q(${declared.join(', ')})` : kind
  return { kind, query: [`${head}${selected}`, ...fragments].join('\n'), variables }
}

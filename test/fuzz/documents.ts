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
} from 'graphql'
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

const meta = [
  '__typename',
  '__typename @include(if: true)',
  'same: __typename',
  '__typename @skip(if: $nope)',
  '__schema { types { name } }',
]
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
]

/** All that may be asked of a type, or what ends there. */
function fieldsToAsk(type: GraphQLNamedType, onlyLeaves: boolean): GraphQLField<unknown, unknown>[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  const fields = Object.values(type.getFields()).filter(({ name }) => !untouched.includes(name))
  return onlyLeaves ? fields.filter((each) => !isCompositeType(getNamedType(each.type))) : fields
}

/** Writes an operation, valid or nearly so, of every kind that the schema allows. */
export function createWriter(schema: GraphQLSchema, known: Known) {
  return (choices: readonly number[]): Operation => {
    const tape = createTape(choices)
    const declared: string[] = []
    const variables: Record<string, unknown> = {}
    const fragments: string[] = []
    let aliases = 0

    function argument({ name, type }: GraphQLArgument): string {
      const value = valueFor(type, name, tape, known)
      if (!tape.oneIn(3)) return `${name}: ${literal(value)}`
      const variable = `v${declared.length}`
      declared.push(`$${variable}: ${tape.oneIn(20) ? 'String' : String(type)}`)
      if (!tape.oneIn(20)) variables[variable] = plain(value)
      return `${name}: $${variable}`
    }

    function field({ name, args, type }: GraphQLField<unknown, unknown>, depth: number): string {
      const given = args.filter((arg) => (isNonNullType(arg.type) ? !tape.oneIn(25) : !tape.isOver && tape.oneIn(3)))
      // two of one name with other arguments would be refused unread, as most operations then
      const alias = tape.oneIn(30) ? tape.pick(['a', '__typename', 'id']) : `f${aliases++}`
      const written = given.length > 0 ? `(${given.map(argument).join(', ')})` : ''
      const below = getNamedType(type)
      return `${alias}: ${name}${written}${isCompositeType(below) ? selection(below, depth + 1) : ''}`
    }

    /** Deeper only while there are choices left. */
    function fieldsOf(type: GraphQLNamedType, depth: number): string[] {
      const fields = fieldsToAsk(type, tape.isOver || depth > 9)
      const count = fields.length === 0 ? 0 : tape.below(5) + (depth === 0 ? 1 : 0)
      return Array.from({ length: count }, () => field(tape.pick(fields), depth))
    }

    function branchesOf(type: GraphQLNamedType, depth: number): string[] {
      if (!isAbstractType(type) || tape.isOver) return []
      const possible = schema.getPossibleTypes(type)
      return Array.from({ length: 1 + tape.below(3) }, () => {
        const chosen = tape.pick(possible)
        return `... on ${chosen.name}${selection(chosen, depth + 1)}`
      })
    }

    function selection(type: GraphQLNamedType, depth: number): string {
      const first = tape.oneIn(6) ? tape.pick(meta) : '__typename'
      const parts = [first, ...fieldsOf(type, depth), ...branchesOf(type, depth)]
      return tape.oneIn(15) ? spread(type, parts) : ` { ${parts.join(' ')} }`
    }

    function spread(type: GraphQLNamedType, parts: string[]): string {
      const name = `F${fragments.length}`
      fragments.push(`fragment ${name} on ${type.name} { ${parts.join(' ')} }`)
      return ` { ...${name} ...${name} }`
    }

    const kind = tape.pick(['query', 'query', 'query', 'mutation', 'mutation', 'subscription'] as const)
    const root = {
      query: schema.getQueryType(),
      mutation: schema.getMutationType(),
      subscription: schema.getSubscriptionType(),
    }[kind]
    if (!root) return { kind, query: '', variables }
    // of a subscription, only one field is valid
    const isOne = kind === 'subscription' && !tape.oneIn(8)
    const selected = isOne ? ` { ${field(tape.pick(Object.values(root.getFields())), 0)} }` : selection(root, 0)
    const head = declared.length > 0 ? `${kind} Q(${declared.join(', ')})` : kind
    const query = [`${head}${selected}`, ...fragments].join('\n')
    return { kind, query: tape.oneIn(8) ? tape.pick(damages)(query, tape) : query, variables }
  }
}

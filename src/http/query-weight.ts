import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql'
import { pageSize } from '../schema/page-size.ts'

/** What an operation asks for, counted as if its fragments were written out. */
export interface QueryWeight {
  /** fields below each other; what is asked of the schema itself is not counted */
  depth: number
  /** fields below each other in what is asked of the schema itself */
  introspectionDepth: number
  aliases: number
  directives: number
  /** fields that may be answered: one each, times the size of the lists they are in */
  cost: number
}

interface Weight extends QueryWeight {
  /** of `cost`, what is told of each item of a connection (its `nodes` and `edges`) */
  items: number
}

interface Question {
  document: DocumentNode
  operationName?: string | null | undefined
  variables?: Readonly<Record<string, unknown>> | null | undefined
}

/** A list without a page: variants, names. */
const listSize = 10
/** The description of the schema: twice in a query at most, since each may be half a megabyte. */
const introspectionCost = 4_000
/** What is asked of the schema for that: the standard question (graphql-js) comes to 51,882, counted as other fields. */
const introspectionFields = 52_000

const nothing: Weight = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0, cost: 0, items: 0 }

/**
 * Weighs the operation that is to be executed, or the heaviest of each kind where none is named. Takes as long as the
 * text is: a fragment is weighed once, however often it is spread, and one that spreads itself is left to validation.
 */
export function weighQuery(schema: GraphQLSchema, { document, operationName, variables }: Question): QueryWeight {
  const fragments = new Map<string, FragmentDefinitionNode>()
  const operations: OperationDefinitionNode[] = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
  }
  const chosen = getOperationAST(document, operationName)
  return (chosen ? [chosen] : operations)
    .map((operation) => {
      const values = { ...defaultsOf(operation), ...variables }
      const weight = createScale(
        schema,
        fragments,
        values,
      )(operation.selectionSet, schema.getRootType(operation.operation))
      return { ...weight, directives: weight.directives + countOf(operation.directives) }
    })
    .reduce(heaviest, nothing)
}

function createScale(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
) {
  const known = new Map<string, Weight>()

  function weigh(set: SelectionSetNode, type: Parent): Weight {
    return set.selections.reduce((sum, selection) => add(sum, weighWithDirectives(selection, type)), nothing)
  }

  function weighWithDirectives(selection: SelectionNode, type: Parent): Weight {
    const weight = weighSelection(selection, type)
    return { ...weight, directives: weight.directives + countOf(selection.directives) }
  }

  function weighSelection(selection: SelectionNode, type: Parent): Weight {
    if (selection.kind === Kind.FIELD) return weighField(selection, type)
    if (selection.kind === Kind.FRAGMENT_SPREAD) return weighFragment(selection.name.value)
    const { typeCondition, selectionSet } = selection
    return weigh(selectionSet, typeCondition ? schema.getType(typeCondition.name.value) : type)
  }

  function weighFragment(name: string): Weight {
    const fragment = fragments.get(name)
    const before = known.get(name)
    if (before || !fragment) return before ?? nothing
    known.set(name, nothing)
    const weight = weigh(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value))
    known.set(name, weight)
    return weight
  }

  function weighField(node: FieldNode, parent: Parent): Weight {
    const field = fieldOf(parent, node.name.value)
    const below = node.selectionSet ? weigh(node.selectionSet, field && getNamedType(field.type)) : nothing
    const isMeta = node.name.value.startsWith('__')
    const cost = isMeta ? metaCost(node, below) : ownCost(field) + costBelow(node, field, parent, below)
    return {
      ...(isMeta
        ? { depth: 1, introspectionDepth: below.depth + 1 }
        : { depth: below.depth + 1, introspectionDepth: below.introspectionDepth }),
      aliases: below.aliases + (node.alias ? 1 : 0),
      directives: below.directives,
      cost,
      items: isConnection(parent) && isList(field) ? cost : 0,
    }
  }

  function costBelow(node: FieldNode, field: Field | undefined, parent: Parent, below: Weight): number {
    if (!field) return below.cost
    const inner = below.cost - below.items + sizeOf(node, field) * below.items
    // the lists of a connection have the size of its page
    return isList(field) && !isConnection(parent) ? listOf(node) * inner : inner
  }

  const argumentOf = (node: FieldNode, name: string): unknown => {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value
    return value && valueFromASTUntyped(value, variables)
  }

  /** How many items the page of a connection has at most. */
  function sizeOf(node: FieldNode, field: Field): number {
    if (!isConnection(getNamedType(field.type))) return 1
    const asked = argumentOf(node, 'first') ?? argumentOf(node, 'last') ?? pageSize.default
    return Math.min(pageSize.max, Math.max(0, Number(asked) || 0))
  }

  /** Of a list that names its items, so many; of others nobody knows. */
  function listOf(node: FieldNode): number {
    const ids = argumentOf(node, 'ids')
    return Array.isArray(ids) ? ids.length : listSize
  }

  return weigh
}

type Parent = GraphQLNamedType | null | undefined
type Field = GraphQLField<unknown, unknown>

/** Of the query type, which does not list them. */
const metaFields = new Map([SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]))

function fieldOf(parent: Parent, name: string): Field | undefined {
  const metaField = metaFields.get(name)
  if (metaField) return metaField
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined
}

const isConnection = (type: Parent) => isObjectType(type) && 'pageInfo' in type.getFields()

const isList = (field: Field | undefined) => field !== undefined && isListType(getNullableType(field.type))

const metaCost = ({ selectionSet }: FieldNode, { cost }: Weight) =>
  selectionSet ? Math.ceil(introspectionCost * Math.max(1, cost / introspectionFields)) : 1

/** What is more work than other fields says so in its extensions. */
const ownCost = (field: Field | undefined) => Number(field?.extensions.cost ?? 1)

const countOf = (directives: readonly DirectiveNode[] | undefined) => directives?.length ?? 0

function add(a: Weight, b: Weight): Weight {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
    cost: a.cost + b.cost,
    items: a.items + b.items,
  }
}

const heaviest = (a: QueryWeight, b: QueryWeight): QueryWeight => ({
  depth: Math.max(a.depth, b.depth),
  introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
  aliases: Math.max(a.aliases, b.aliases),
  directives: Math.max(a.directives, b.directives),
  cost: Math.max(a.cost, b.cost),
})

/** What variables are when they are not given. */
export function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  )
}

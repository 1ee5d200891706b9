import { buildSchema, getIntrospectionQuery, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { weighQuery } from '../../src/http/query-weight.ts'

const schema = buildSchema(`
  type Query { me: Person  people(first: Int, last: Int): PersonConnection!  nodes(ids: [ID!]!): [Person]! }
  type PersonConnection { totalCount: Int!  pageInfo: PageInfo!  nodes: [Person!]!  edges: [PersonEdge!]! }
  type PersonEdge { cursor: String!  node: Person! }
  type PageInfo { hasNextPage: Boolean! }
  type Person { name: String!  friend: Person  pets: [Pet!]!  names: [String!]!  people(first: Int): PersonConnection! }
  type Pet { name: String! }
`)

const weigh = (text: string, variables: object = {}, operationName?: string) =>
  weighQuery(schema, { document: parse(text), operationName, variables: { ...variables } })

describe('the cost of a query', () => {
  it.each<[string, number, object?]>([
    ['{ me { name } }', 2],
    ['{ me { name names __typename } }', 4],
    // ten pets, where nobody knows
    ['{ me { pets { name } } }', 2 + 10],
    ['{ nodes(ids: ["a", "b", "c"]) { name } }', 1 + 3],
    ['query ($ids: [ID!]!) { nodes(ids: $ids) { name } }', 1 + 2, { ids: ['a', 'b'] }],
    // a page of 20 unless told, and what is told once of a list is told once
    ['{ people { nodes { name } } }', 1 + 20 * 2],
    ['{ people(first: 5) { totalCount pageInfo { hasNextPage } nodes { name } } }', 4 + 5 * 2],
    ['{ people(last: 5) { edges { cursor node { name } } } }', 1 + 5 * 4],
    ['query ($n: Int) { people(first: $n) { nodes { name } } }', 1 + 3 * 2, { n: 3 }],
    ['query ($n: Int = 4) { people(first: $n) { nodes { name } } }', 1 + 4 * 2],
    ['query ($n: Int) { people(first: $n) { nodes { name } } }', 1 + 20 * 2],
    // more than a page is refused by the list itself
    ['{ people(first: 5000) { nodes { name } } }', 1 + 100 * 2],
    ['{ people(first: -1) { nodes { name } } }', 1],
    ['{ people(first: 3) { nodes { people(first: 2) { nodes { name } } } } }', 1 + 3 * (1 + 1 + 2 * 2)],
    ['{ people(first: 3) { ...page } } fragment page on PersonConnection { totalCount nodes { name } }', 2 + 3 * 2],
    ['{ __schema { types { name } } }', 4_000],
    ['{ nothing { less } }', 2],
  ])('%s is %d', (text, cost, variables) => {
    expect(weigh(text, variables).cost).toBe(cost)
  })

  it('of a field that says so is more than 1', () => {
    const dear = buildSchema('type Query { all: [ID!]! }')
    Object.assign(dear.getQueryType()?.getFields().all ?? {}, { extensions: { cost: 5_000 } })
    expect(weighQuery(dear, { document: parse('{ all again: all }') }).cost).toBe(10_000)
  })

  it('is that of the operation that is asked for, or of the heaviest', () => {
    const text = 'query Small { me { name } } query Large { people { nodes { name } } }'
    expect(weigh(text, {}, 'Small').cost).toBe(2)
    expect(weigh(text).cost).toBe(41)
  })
})

describe('depth, aliases and directives', () => {
  it('are counted through fragments, as often as those are spread', () => {
    const text = `query @a { me { ...f x: friend { ...f ... on Person @a { friend { name } } } } }
      fragment f on Person @a { y: name z: name @a names @a }`
    expect(weigh(text)).toMatchObject({ depth: 4, aliases: 5, directives: 6 })
  })

  it('do not count what is below the schema itself as depth', () => {
    expect(weigh(getIntrospectionQuery())).toMatchObject({ depth: 1, introspectionDepth: 15, cost: 4_000 })
  })

  it('count more than the standard question for the schema as what it is', () => {
    const all = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, oneOf: true }
    const options = { ...all, inputValueDeprecation: true, experimentalDirectiveDeprecation: true }
    expect(weigh(getIntrospectionQuery(options)).cost).toBe(4_000)
    const twice = (deep: string) =>
      `{ __schema { types { ${deep} fields { type { fields { args { type { ${deep} } } } } } } } }`
    const wide = twice('name kind description fields { name description type { name kind description } }')
    expect(weigh(wide).cost).toBeGreaterThan(10_000)
  })

  it('count what is below the schema itself as aliases', () => {
    expect(weigh('{ a: __schema { b: types { c: name } } d: __type(name: "Pet") { e: name } }').aliases).toBe(5)
  })

  it('of fragments that double are told at once, however much they come to', () => {
    const doubling = Array.from({ length: 80 }, (_, i) => `fragment f${i} on Person { ...f${i + 1} ...f${i + 1} }`)
    const text = `{ me { ...f0 } } ${doubling.join(' ')} fragment f80 on Person { a: name }`
    expect(weigh(text)).toMatchObject({ depth: 2, aliases: 2 ** 80, cost: 2 ** 80 })
  })

  it('end where fragments spread each other', () => {
    const text = '{ me { ...a } } fragment a on Person { name ...b } fragment b on Person { friend { ...a } ...b }'
    expect(weigh(text).cost).toBeLessThan(10)
  })
})

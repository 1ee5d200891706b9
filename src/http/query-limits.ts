import { type DocumentNode, GraphQLError, type ParseOptions, type Source } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { type QueryWeight, weighQuery } from './query-weight.ts'
import { refusal } from './request-errors.ts'

/** What an operation may be; GraphiQL's question for the schema and everything in docs/api.md are within them. */
export const queryLimits = {
  characters: 50_000,
  tokens: 1_000,
  depth: 10,
  introspectionDepth: 15,
  aliases: 15,
  directives: 50,
  cost: 10_000,
}

const tooComplexCode = 'QUERY_TOO_COMPLEX'

type Limit = keyof typeof queryLimits

const sentences: Record<Limit, (value: number, limit: number) => string> = {
  characters: (value, limit) => `The query has ${value} characters; at most ${limit} are accepted.`,
  tokens: (_value, limit) => `The query has more than ${limit} tokens.`,
  depth: (value, limit) => `The query is ${value} fields deep; at most ${limit} are accepted.`,
  introspectionDepth: (value, limit) =>
    `The question for the schema is ${value} fields deep; at most ${limit} are accepted.`,
  aliases: (value, limit) => `The query has ${value} aliases; at most ${limit} are accepted.`,
  directives: (value, limit) => `The query has ${value} directives; at most ${limit} are accepted.`,
  cost: (value, limit) => `The query may cost ${value} fields; at most ${limit} are accepted. Ask for shorter pages.`,
}

/** Refuses what is too much before it is validated, which takes longer the more there is, and tells what the rest costs. */
export const useQueryLimits: Plugin = {
  onParse({ params, parseFn, setParseFn }) {
    const text = typeof params.source === 'string' ? params.source : params.source.body
    // thrown here it is not remembered by its text, which may be megabytes
    if (text.length > queryLimits.characters) throw tooComplex('characters', text.length)
    setParseFn((source: string | Source, options?: ParseOptions) => parseWithin(parseFn, source, options))
    return ({ result }) => {
      // further on it would be taken for a syntax error, which is HTTP 200 for many clients
      if (result instanceof GraphQLError && result.extensions.code === tooComplexCode) throw result
    }
  },
  onValidate({ params: { schema, documentAST }, context }) {
    const { operationName, variables } = context.params
    const weight = weighQuery(schema, { document: documentAST, operationName, variables })
    // in this order: the cost of what is too deep may be too large to be a number
    for (const limit of ['depth', 'introspectionDepth', 'aliases', 'directives', 'cost'] as const) {
      if (!(weight[limit] <= queryLimits[limit])) throw tooComplex(limit, weight[limit])
    }
    weights.set(context, weight)
  },
  onExecute: ({ args }) => ({
    onExecuteDone({ result, setResult }) {
      const weight = weights.get(args.contextValue)
      if (!weight || Symbol.asyncIterator in result) return
      setResult({ ...result, extensions: { ...result.extensions, cost: costOf(weight.cost) } })
    },
  }),
}

/** By the context of their request. */
const weights = new WeakMap<object, QueryWeight>()

/** What the operation of this context may cost, in fields. */
export const costIn = (context: object) => weights.get(context)?.cost ?? 0

const costOf = (requested: number) => ({ requested, maximum: queryLimits.cost })

function tooComplex(limit: Limit, value: number): GraphQLError {
  return refusal(tooComplexCode, sentences[limit](value, queryLimits[limit]), {
    ...(limit === 'cost' && { cost: costOf(value) }),
  })
}

/** Stops at the limit: what comes after it is not even looked at. */
function parseWithin(
  parse: (source: string | Source, options?: ParseOptions) => DocumentNode,
  source: string | Source,
  options: ParseOptions = {},
): DocumentNode {
  try {
    return parse(source, { ...options, maxTokens: queryLimits.tokens })
  } catch (error) {
    throw error instanceof GraphQLError && /more tha[nt] \d+ tokens/.test(error.message)
      ? tooComplex('tokens', 0)
      : error
  }
}

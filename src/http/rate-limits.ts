import {
  type DocumentNode,
  type FieldNode,
  type FragmentSpreadNode,
  GraphQLError,
  getOperationAST,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { RateLimitedError } from '../limit-errors.ts'
import type { Context } from '../schema/context.ts'
import { limitedAs } from './principal.ts'
import { defaultsOf } from './query-weight.ts'

export interface RateLimits {
  /** Throws RateLimitedError when these are more than are left of the minute; they count all the same. */
  take(what: 'mutations' | 'uploads', id: string, count: number): Promise<void>
}

/** In this process: with several, each has its own count. */
export function createRateLimits(perMinute: { mutationsPerMinute: number; uploadsPerMinute: number }): RateLimits {
  const limiters = {
    mutations: new RateLimiterMemory({ points: perMinute.mutationsPerMinute, duration: 60 }),
    uploads: new RateLimiterMemory({ points: perMinute.uploadsPerMinute, duration: 60 }),
  }
  return {
    async take(what, id, count) {
      const limiter = limiters[what]
      try {
        await limiter.consume(id, count)
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        throw new RateLimitedError(what, limiter.points, Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)))
      }
    },
  }
}

/** Counts the mutations of each token, and the files that they send or announce. */
export function useRateLimits(limits: RateLimits): Plugin<Context> {
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const id = limitedAs(args.contextValue.viewer)
      const operation = getOperationAST(args.document, args.operationName)
      if (id === null || operation?.operation !== 'mutation') return
      const fields = fieldsOf(operation.selectionSet, args.document)
      const variables = { ...defaultsOf(operation), ...args.variableValues }
      const files = fields.reduce((sum, field) => sum + filesOf(field, variables), 0)
      try {
        await limits.take('mutations', id, fields.length)
        if (files > 0) await limits.take('uploads', id, files)
      } catch (error) {
        if (!(error instanceof RateLimitedError)) throw error
        setResultAndStopExecution({ errors: [describe(error)] })
      }
    },
  }
}

function describe({ message, code, retryable, retryAfterSeconds }: RateLimitedError): GraphQLError {
  const http = { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } }
  return new GraphQLError(message, { extensions: { code, retryable, retryAfterSeconds, http } })
}

/** The fields at the top, those in fragments too; a fragment that is spread again adds nothing. */
function fieldsOf(top: SelectionSetNode, document: DocumentNode): FieldNode[] {
  const fields: FieldNode[] = []
  const sets = new Set([top])
  // what is added to a set while one goes through it comes too
  for (const set of sets) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) fields.push(selection)
      else sets.add(selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragmentOf(document, selection))
    }
  }
  return fields
}

function fragmentOf({ definitions }: DocumentNode, { name }: FragmentSpreadNode): SelectionSetNode {
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name.value)
      return definition.selectionSet
  }
  throw new Error(`The fragment ${name.value}, which validation had found, is gone.`)
}

/** Files that are sent with a mutation, or that it gives leave to send. */
function filesOf({ name, arguments: given = [] }: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  if (name.value === 'uploadImage') return 1
  if (name.value !== 'createUploads') return 0
  const value = given.find((argument) => argument.name.value === 'input')?.value
  const input = value && (valueFromASTUntyped(value, variables) as { files?: unknown } | null | undefined)
  return Array.isArray(input?.files) ? input.files.length : 1
}

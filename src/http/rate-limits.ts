import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  type FragmentSpreadNode,
  getOperationAST,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { rateLimitKey, type Viewer } from '../auth/viewer.ts'
import { RateLimitedError } from '../limit-errors.ts'
import type { Context } from '../schema/context.ts'
import type { Redis } from '../services/redis/open-redis.ts'
import { costIn } from './query-limits.ts'
import { defaultsOf } from './query-weight.ts'
import { refusal } from './request-errors.ts'

interface PerMinute {
  mutations: number
  uploads: number
  /** what operations cost, as their weight tells it */
  fields: number
}

type Counters = Pick<Redis, 'commands' | 'prefix' | 'downSince'>

export interface RateLimits {
  /**
   * Throws RateLimitedError when these are more than are left of the minute; they count all the same. One count for all
   * that is asked with a token; while there are no tokens, there are no such limits.
   */
  take(what: keyof PerMinute, viewer: Viewer, count: number): Promise<void>
}

/** Counted by all processes on one Redis together; without one, and while it is away, by each for itself. */
export function createRateLimits(perMinute: PerMinute, redis: Counters | null = null): RateLimits {
  const createLimiter = (what: keyof PerMinute) => {
    const limit = { points: perMinute[what], duration: 60 }
    const here = new RateLimiterMemory(limit)
    if (!redis) return () => here
    const { commands: storeClient, prefix, downSince } = redis
    const keyPrefix = `${prefix}:${what}-a-minute`
    const together = new RateLimiterRedis({ ...limit, storeClient, keyPrefix, insuranceLimiter: here })
    // one that hangs would cost each request the time that it is given to answer
    return () => (downSince() ? here : together)
  }
  const limiters = {
    mutations: createLimiter('mutations'),
    uploads: createLimiter('uploads'),
    fields: createLimiter('fields'),
  }
  return {
    async take(what, viewer, count) {
      const id = rateLimitKey(viewer)
      if (id === null) return
      const limiter = limiters[what]()
      try {
        await limiter.consume(id, count)
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        throw new RateLimitedError(what, limiter.points, Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)))
      }
    },
  }
}

/** Counts what the operations of each token cost, its mutations, and the files that they send or announce. */
export function useRateLimits(limits: RateLimits): Plugin<Context> {
  async function take({ document, operationName, variableValues, contextValue }: Asked): Promise<void> {
    const { viewer } = contextValue
    await limits.take('fields', viewer, costIn(contextValue))
    const operation = getOperationAST(document, operationName)
    if (operation?.operation !== 'mutation') return
    const fields = fieldsOf(operation.selectionSet, document)
    const variables = { ...defaultsOf(operation), ...variableValues }
    const files = fields.reduce((sum, field) => sum + filesOf(field, variables), 0)
    await limits.take('mutations', viewer, fields.length)
    if (files > 0) await limits.take('uploads', viewer, files)
  }

  async function refuse({ args, setResultAndStopExecution: answer }: Hooked): Promise<void> {
    try {
      await take(args)
    } catch (error) {
      if (!(error instanceof RateLimitedError)) throw error
      const { code, message, retryAfterSeconds } = error
      answer({ errors: [refusal(code, message, { retryAfterSeconds })] })
    }
  }

  return { onExecute: refuse, onSubscribe: refuse }
}

type Asked = Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'> & { contextValue: Context }

/** An operation that is about to be executed or subscribed to. */
interface Hooked {
  args: Asked
  setResultAndStopExecution(result: ExecutionResult): void
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

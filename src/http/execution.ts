import { randomUUID } from 'node:crypto'
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type SubscriptionArgs,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { noteRequest } from './error-request.ts'

/** Answers come in the order asked for, as the specification wants; Yoga's own executor puts what is ready first. */
export const useReferenceExecutor: Plugin = {
  onExecute: ({ setExecuteFn }) => setExecuteFn(executeForRequest),
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
}

const executeForRequest = async (args: ExecutionArgs) => noteRequest(await execute(args), args.contextValue)

type Source = AsyncIterable<unknown> | ExecutionResult

/**
 * graphql-js's subscribe, except that an event which many subscribers are given is executed once for all who ask the
 * same: hundreds of dashboards on one run cost little more than one.
 */
async function subscribe(args: SubscriptionArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const source = (await createSourceEventStream(args)) as Source
  if (!(Symbol.asyncIterator in source)) return noteRequest(source, args.contextValue)
  // who asks makes no difference: everybody may see everything; without its text a question is like no other
  const text = args.document.loc?.source.body ?? randomUUID()
  const question = JSON.stringify([text, args.operationName, args.variableValues])
  return mapEvents(source, (event) => executeOnce(event, question, args))
}

const executed = new WeakMap<object, Map<string, Promise<ExecutionResult>>>()

async function executeOnce(event: unknown, question: string, args: ExecutionArgs): Promise<ExecutionResult> {
  // an id, say: cheap, and nothing to remember a result by
  if (typeof event !== 'object' || event === null) return executeForRequest({ ...args, rootValue: event })
  const results = executed.get(event) ?? new Map<string, Promise<ExecutionResult>>()
  executed.set(event, results)
  const result = results.get(question) ?? executeForRequest({ ...args, rootValue: event })
  results.set(question, result)
  return result
}

/** No async generator: it would hold its source open, after its reader has left, until the next event. */
function mapEvents<T, R>(source: AsyncIterable<T>, map: (item: T) => Promise<R>): AsyncIterableIterator<R> {
  const items = source[Symbol.asyncIterator]()
  const mapped = async (result: IteratorResult<T>): Promise<IteratorResult<R>> =>
    result.done ? { value: undefined, done: true } : { value: await map(result.value), done: false }
  return {
    next: async () => mapped(await items.next()),
    return: async () => mapped((await items.return?.()) ?? { value: undefined, done: true }),
    throw: async (error) => {
      await items.return?.()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

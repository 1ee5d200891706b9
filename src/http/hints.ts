import { NoSchemaIntrospectionCustomRule } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** Whether who sends a request may learn what the schema has: introspection, GraphiQL and `Did you mean` in errors. */
export type MayLearn = (request: Request) => boolean | Promise<boolean>

/**
 * Keeps the schema from those who may not learn it. Over WebSocket nobody may, since GraphiQL and other tools ask over
 * HTTP.
 */
export function useHints(mayLearn: MayLearn): Plugin {
  const allowed = new WeakSet<object>()
  const isAllowed = (context: { params?: object }) => context.params !== undefined && allowed.has(context.params)
  return {
    async onParams({ request, params }) {
      if (await mayLearn(request)) allowed.add(params)
    },
    onValidate({ context, addValidationRule, validateFn, setValidationFn }) {
      if (isAllowed(context)) return
      addValidationRule(NoSchemaIntrospectionCustomRule)
      setValidationFn((schema, document, rules) => validateFn(schema, document, rules, { hideSuggestions: true }))
    },
    // of the values of variables
    onExecute({ args }) {
      if (!isAllowed(args.contextValue)) Object.assign(args, { hideSuggestions: true })
    },
    onSubscribe({ args }) {
      if (!isAllowed(args.contextValue)) Object.assign(args, { hideSuggestions: true })
    },
  }
}

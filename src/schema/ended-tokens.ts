import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import { endedToken } from '../auth/auth-errors.ts'
import type { Context } from './context.ts'

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      endedTokens: EndedTokensPlugin<Types>
    }
  }
}

/**
 * Looks before each field of a mutation whether the token still holds. The plugin for roles asks once a request, and the
 * fields of a mutation run one after another, each for as long as it takes.
 */
class EndedTokensPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { kind }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (kind !== 'Mutation') return resolve
    return (parent, args, context, info) => {
      const { viewer } = context as Context
      if (!viewer.isCurrent()) throw endedToken()
      return resolve(parent, args, context, info)
    }
  }
}

SchemaBuilder.registerPlugin('endedTokens', EndedTokensPlugin)

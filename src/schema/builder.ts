import SchemaBuilder from '@pothos/core'
import ErrorsPlugin from '@pothos/plugin-errors'
import PrismaPlugin from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import { GraphQLError } from 'graphql'
import { endedToken, ForbiddenError } from '../auth/auth-errors.ts'
import { hasRole, type Role } from '../auth/viewer.ts'
import type PrismaTypes from '../generated/sqlite/pothos.ts'
import { getDatamodel } from '../generated/sqlite/pothos.ts'
import { calendarDate } from '../venues/event-date.ts'
import type { Context } from './context.ts'
import './cursors.ts'
import './ended-tokens.ts'
import { pageSize } from './page-size.ts'

export const builder = new SchemaBuilder<{
  Context: Context
  PrismaTypes: PrismaTypes
  AuthScopes: { role: Role }
  DefaultEdgesNullability: false
  DefaultNodeNullability: false
  DefaultFieldNullability: false
  Scalars: {
    ID: { Input: string; Output: string | number }
    DateTime: { Input: never; Output: Date }
    Date: { Input: string; Output: string }
    File: { Input: File; Output: never }
  }
}>({
  // errors first: it has to be outermost; then who may, before the database is asked anything
  plugins: [ErrorsPlugin, ScopeAuthPlugin, RelayPlugin, PrismaPlugin, 'cursors', 'endedTokens'],
  scopeAuth: {
    // and once more with each event, by the transport
    authorizeOnSubscribe: true,
    authScopes: ({ viewer }) => ({ role: (needed) => viewer.isCurrent() && hasRole(viewer.role, needed) }),
    unauthorizedError: (_parent, { viewer }, { parentType, fieldName }) =>
      viewer.isCurrent()
        ? new ForbiddenError(`The role ${viewer.role} may not use ${parentType.name}.${fieldName}.`)
        : endedToken(),
  },
  defaultFieldNullability: false,
  errors: { directResult: true, defaultTypes: [] },
  relay: {
    edgesFieldOptions: { nullable: false, description: 'The items of this page, each with its cursor.' },
    nodesOnConnection: true,
    nodesFieldOptions: { nullable: false },
    nodeFieldOptions: { nullable: false, description: 'The item.' },
    cursorFieldOptions: { description: 'Pass it as `after` or `before` to go on from here.' },
    pageInfoFieldOptions: { description: 'Where this page lies.' },
    pageInfoTypeOptions: { description: 'Where a page lies in the whole list.' },
    hasNextPageFieldOptions: { description: 'Whether there is more after this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there is more before this page.' },
    startCursorFieldOptions: { description: 'The cursor of the first item.' },
    endCursorFieldOptions: { description: 'The cursor of the last item.' },
    firstArgOptions: { description: 'How many from the start, 20 unless told, at most 100.' },
    lastArgOptions: { description: 'How many from the end, at most 100.' },
    afterArgOptions: { description: 'Only what comes after this cursor.' },
    beforeArgOptions: { description: 'Only what comes before this cursor.' },
    nodeTypeOptions: { description: 'Something with a global id.' },
    nodeQueryOptions: { description: 'Anything with a global id, or null.' },
    nodesQueryOptions: { description: 'Many by global id, null where there is none.' },
  },
  prisma: {
    client: (context) => context.db,
    dmmf: getDatamodel(),
    filterConnectionTotalCount: true,
    defaultConnectionSize: pageSize.default,
    maxConnectionSize: pageSize.max,
  },
})

builder.queryType({ description: 'Everything there is to read.', authScopes: { role: 'viewer' } })
builder.mutationType({
  description: 'Everything that changes something. What can go wrong as a matter of course is part of the result.',
  // fields say so themselves where only an admin may
  authScopes: { role: 'editor' },
})
builder.subscriptionType({
  description: 'What happens, as it happens; over WebSocket or server-sent events.',
  authScopes: { role: 'viewer' },
})

builder.scalarType('DateTime', {
  description: 'A moment, in ISO 8601 with milliseconds, UTC.',
  serialize: (value) => value.toISOString(),
  parseValue: () => {
    throw new TypeError('DateTime is not taken as input.')
  },
})

builder.scalarType('Date', {
  description: 'A day, YYYY-MM-DD; of a night, the day in Las Vegas on which it begins, where a day ends at 06:00.',
  serialize: (value) => value,
  parseValue: (value) => {
    const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(String(value)) ?? []
    const date = calendarDate(year, month, day)
    if (date) return date
    throw new GraphQLError('Write a day of the calendar as YYYY-MM-DD.')
  },
})

builder.scalarType('File', {
  description: 'A file of a multipart request (GraphQL multipart request specification).',
  serialize: () => {
    throw new TypeError('File is an input only.')
  },
  parseValue: (value) => {
    // the file class is the HTTP library's, not the global one: known by what it can do
    const file = value as Partial<File> | null
    if (typeof file?.arrayBuffer === 'function' && typeof file.size === 'number') return file as File
    throw new GraphQLError('Send the file as a part of a multipart request.')
  },
})

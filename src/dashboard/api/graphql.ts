import { initGraphQLTada, type ResultOf as ResultOfDocument } from 'gql.tada'
import type { introspection } from '../../generated/introspection.d.ts'

/** A query, typed from schema.graphql: `graphql('query { … }')`, or with fragments as a second argument. */
export const graphql = initGraphQLTada<{
  introspection: introspection
  disableMasking: true
  scalars: { DateTime: string; Date: string; File: File }
}>()

/** What a query or a fragment answers. */
export type ResultOf<Document> = ResultOfDocument<Document>

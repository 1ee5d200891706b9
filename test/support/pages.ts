/** The blocks of GraphQL on a page of the documentation. */
export function graphqlIn(page: string): string[] {
  return [...page.matchAll(/```graphql\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
}

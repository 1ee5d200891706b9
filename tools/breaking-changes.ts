import { buildSchema, findBreakingChanges } from 'graphql'

/** What of the API's older clients a new schema would break, a sentence each; none that `announced` has word for word. */
export function breakingChanges(oldSchema: string, newSchema: string, announced = ''): string[] {
  const changes = findBreakingChanges(buildSchema(oldSchema), buildSchema(newSchema))
  return changes.map(({ description }) => description).filter((sentence) => !announced.includes(sentence))
}

/** What a changelog says of the release to come. */
export function unreleased(changelog: string): string {
  return /^## Unreleased\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(changelog)?.[1] ?? ''
}

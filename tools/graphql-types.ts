import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { buildSchema, introspectionFromSchema } from 'graphql'

/** Writes schema.graphql as a type, from which gql.tada infers what the dashboard's queries answer. */
async function main(): Promise<void> {
  const schema = buildSchema(await readFile('schema.graphql', 'utf8'))
  const introspection = introspectionFromSchema(schema, { descriptions: false, directiveIsRepeatable: false })
  await mkdir('src/generated', { recursive: true })
  await writeFile('src/generated/introspection.d.ts', `export type introspection = ${JSON.stringify(introspection)}\n`)
}

await main()

import { readFile } from 'node:fs/promises'
import {
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql'
import { expect, it } from 'vitest'
import { schema } from '../../src/schema/index.ts'

const own = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__') && type.name !== 'ID')

it('is what schema.graphql says; after a change run npx vitest -u test/unit/schema.test.ts', async () => {
  await expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toMatchFileSnapshot('../../schema.graphql')
  expect(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8')).toContain('type Query')
})

type Described = { name: string; description?: string | null | undefined }

/** A type and everything in it, each under its full name. */
function partsOf(type: GraphQLNamedType): Described[] {
  const named = (part: Described, suffix = '') => ({
    ...part,
    name: `${type.name}.${part.name}${suffix}`,
    description: part.description,
  })
  if (isEnumType(type)) return [type, ...type.getValues().map((value) => named(value))]
  if (isInputObjectType(type)) return [type, ...Object.values(type.getFields()).map((field) => named(field))]
  if (!isObjectType(type) && !isInterfaceType(type)) return [type]
  const fields = Object.values(type.getFields())
  const args = fields.flatMap((field) =>
    field.args.map((arg) => named({ ...arg, name: `${field.name}(${arg.name}:)` })),
  )
  return [type, ...fields.map((field) => named(field)), ...args]
}

it('describes every type, field, argument and value', () => {
  const bare = own.flatMap(partsOf).filter((part) => !part.description)
  expect(bare.map((part) => part.name)).toEqual([])
})

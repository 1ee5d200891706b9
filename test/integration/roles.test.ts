import { readFile } from 'node:fs/promises'
import {
  execute,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  parse,
  subscribe,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UnauthorizedError } from '../../src/auth/auth-errors.ts'
import { localViewer, type Role } from '../../src/auth/viewer.ts'
import { schema } from '../../src/schema/index.ts'
import { bearer, codesOf } from '../support/client.ts'
import { type AppWithTokens, createAppWithTokens } from '../support/tokens.ts'

let service: AppWithTokens
beforeAll(async () => {
  service = await createAppWithTokens({ CONCURRENCY: '0' })
})
afterAll(() => service[Symbol.asyncDispose]())

/** Of nothing, but of the right type: ids are read before anything else. */
const idOf = (typename: string) => Buffer.from(`${typename}:01890000-0000-7000-8000-000000000001`).toString('base64')

const samples: Record<string, string> = { String: '"liv"', ID: `"${idOf('Image')}"`, Int: '1', Boolean: 'false' }

/** Something that may stand there, as it is written in a query; a file is a variable. */
function sampleOf({ type, extensions }: Pick<GraphQLArgument | GraphQLInputField, 'type' | 'extensions'>): string {
  if (isNonNullType(type)) return sampleOf({ type: type.ofType, extensions })
  if (isListType(type)) return `[${sampleOf({ type: type.ofType, extensions })}]`
  if (isEnumType(type)) return type.getValues()[0]?.name ?? ''
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField)
    return `{ ${fields.map((field) => `${field.name}: ${sampleOf(field)}`).join(', ')} }`
  }
  const [of] = (extensions.relayGlobalIDFor ?? []) as { typename: string }[]
  if (of) return `"${idOf(of.typename)}"`
  return type.name === 'File' ? '$file' : (samples[type.name] ?? `"${type.name}?"`)
}

type Kind = 'query' | 'mutation' | 'subscription'

function operationOf(kind: Kind, field: GraphQLField<unknown, unknown>): string {
  const args = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${sampleOf(arg)}`)
  const call = `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}`
  const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''
  return `${kind}${call.includes('$file') ? ' ($file: File!)' : ''} { ${call}${selection} }`
}

/** As a multipart request, which can carry a file. */
function formOf(query: string): FormData {
  const form = new FormData()
  form.append('operations', JSON.stringify({ query, variables: { file: null } }))
  form.append('map', JSON.stringify({ 0: ['variables.file'] }))
  form.append('0', new Blob(['no picture']), 'photo.jpg')
  return form
}

async function ask(query: string, token: string | null, hasFile = query.includes('$file')) {
  const json = { 'content-type': 'application/json' }
  const response = await service.app.yoga.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: {
      'x-graphql-yoga-csrf': '1',
      accept: 'application/json',
      ...(!hasFile && json),
      ...(token && bearer(token)),
    },
    body: hasFile ? formOf(query) : JSON.stringify({ query }),
  })
  return { status: response.status, ...((await response.json()) as { data: unknown; errors?: [] }) }
}

const fieldsOf = (kind: Kind) =>
  Object.values(
    { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[
      kind
    ]?.getFields() ?? {},
  )

const operations = (['query', 'mutation', 'subscription'] as const).flatMap((kind) =>
  fieldsOf(kind).map((field) => [`${kind} ${field.name}`, operationOf(kind, field)] as const),
)

/** Who may use a mutation, as docs/security.md tells. */
async function rolesInDocs(): Promise<[mutation: string, role: Role][]> {
  const page = await readFile(new URL('../../docs/security.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => /^\| `(viewer|editor|admin)` \|/.test(line))
  return rows.flatMap((row) => {
    const [, role = '', , mutations = ''] = row.split('|')
    const names = [...mutations.matchAll(/`(\w+)`(?! with)/g)].map(([, name]) => name ?? '')
    return names.map((name): [string, Role] => [name, role.replace(/[` ]/g, '') as Role])
  })
}

const below: Partial<Record<Role, Role>> = { editor: 'viewer', admin: 'editor' }

it.each(operations)('%s is refused without a token, and with one that nobody made', async (_what, query) => {
  for (const token of [null, `grn_${'A'.repeat(43)}`]) {
    const { status, errors, data } = await ask(query, token)
    expect(status).toBe(401)
    expect(data).toBeUndefined()
    expect(errors).toEqual([{ message: expect.stringMatching(/token/i), extensions: expect.anything() }])
    expect(codesOf({ data, errors: errors ?? [] })).toEqual(['UNAUTHORIZED'])
  }
})

it.each(operations)('%s asks who it is for by itself, before it looks at anything', async (_what, query) => {
  // no database, nothing: whatever is looked at throws
  const contextValue = { viewer: { ...localViewer, isCurrent: () => false } }
  const document = parse(query)
  const asked = { schema, document, contextValue, variableValues: { file: new File(['no picture'], 'photo.jpg') } }
  const answer = await (query.startsWith('subscription') ? subscribe(asked) : execute(asked))
  const errors = ('errors' in answer && answer.errors) || []
  expect(errors.map(({ originalError }) => originalError)).toEqual([expect.any(UnauthorizedError)])
})

it('a viewer may ask for everything', async () => {
  for (const field of fieldsOf('query')) {
    const answer = await ask(operationOf('query', field), service.tokens.of.viewer)
    expect(codesOf({ ...answer, errors: answer.errors ?? [] })).not.toContain('FORBIDDEN')
  }
})

describe('who may change something', () => {
  it('is written down for every mutation', async () => {
    const written = (await rolesInDocs()).map(([name]) => name).sort()
    expect(written).toEqual(
      fieldsOf('mutation')
        .map(({ name }) => name)
        .sort(),
    )
  })

  it('is whoever the page says, and nobody with a lower role, who learns nothing', async () => {
    const written = new Map(await rolesInDocs())
    for (const field of fieldsOf('mutation')) {
      const query = operationOf('mutation', field)
      const role = written.get(field.name) ?? 'viewer'
      const lower = below[role]
      expect(lower, field.name).toBeDefined()
      const refused = await ask(query, service.tokens.of[lower ?? 'viewer'])
      expect(codesOf({ ...refused, errors: refused.errors ?? [] }), field.name).toEqual(['FORBIDDEN'])
      // of a request with a file, nothing is read
      expect(refused.data ?? null, field.name).toBeNull()
      const taken = await ask(query, service.tokens.of[role])
      expect(codesOf({ ...taken, errors: taken.errors ?? [] }), field.name).not.toContain('FORBIDDEN')
    }
  })

  it('is nobody below an editor in a request that may carry a file, whatever it asks', async () => {
    const { of } = service.tokens
    const refused = await ask('{ __typename }', of.viewer, true)
    expect([refused.status, codesOf({ ...refused, errors: refused.errors ?? [] })]).toEqual([403, ['FORBIDDEN']])
    expect(await ask('{ __typename }', of.editor, true)).toMatchObject({ data: { __typename: 'Query' } })
  })

  it('is an admin where storage is mended, and an editor where it is only looked at', async () => {
    const mend = 'mutation { reconcileStorage(input: { fix: true }) { __typename } }'
    const { of } = service.tokens
    expect(await ask(mend, of.editor)).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    expect(await ask(mend, of.admin)).not.toHaveProperty('errors')
  })
})

it('what is asked for by id is as little there for strangers as what is asked for by name', async () => {
  const id = idOf('Image')
  for (const query of [`{ node(id: "${id}") { id } }`, `{ nodes(ids: ["${id}"]) { id } }`]) {
    expect((await ask(query, null)).status).toBe(401)
    expect(await ask(query, service.tokens.of.viewer)).toMatchObject({ status: 200 })
  }
})

it.each([
  ['the schema', '{ __schema { types { name } } }'],
  ['what a mistake suggests', '{ imagess { nodes { id } } }'],
  ['where a query cannot be read', '{ images('],
])('%s is not told to strangers', async (_what, query) => {
  const answer = await ask(query, null)
  expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHORIZED' } }] })
  expect(JSON.stringify(answer)).not.toMatch(/images|Syntax|__schema/)
})

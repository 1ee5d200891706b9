import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { changeTokenFile } from '../../src/auth/token-file.ts'
import { makeToken, recordOf } from '../../src/auth/token-records.ts'
import { type Role, roles } from '../../src/auth/viewer.ts'
import { createTestApp, type TestApp } from './app.ts'
import type { GraphQLAnswer } from './client.ts'

export interface TestTokens extends AsyncDisposable {
  file: string
  /** one that holds, for each role */
  of: Readonly<Record<Role, string>>
  /** makes another one */
  add(role: Role, expiresAt?: Date): Promise<string>
  revoke(token: string): Promise<void>
}

/** A file with a token for each role, gone when disposed. */
export async function createTestTokens(): Promise<TestTokens> {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-tokens-'))
  const file = path.join(dir, 'tokens.json')
  const ids = new Map<string, string>()

  async function add(role: Role, expiresAt: Date | null = null): Promise<string> {
    const token = makeToken()
    const record = recordOf(token, { name: `a test's ${role}`, role, expiresAt })
    ids.set(token, record.id)
    await changeTokenFile(file, (records) => ({ records: [...records, record], result: null }))
    return token
  }

  const of = { viewer: '', editor: '', admin: '' }
  for (const role of roles) of[role] = await add(role)
  return {
    file,
    of,
    add,
    async revoke(token) {
      const revokedAt = new Date().toISOString()
      const end = (id: string) => (id === ids.get(token) ? { revokedAt } : {})
      await changeTokenFile(file, (records) => ({
        records: records.map((record) => ({ ...record, ...end(record.id) })),
        result: null,
      }))
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

export interface AppWithTokens extends AsyncDisposable {
  app: TestApp
  tokens: TestTokens
}

/** A whole service that lets nobody in without a token. */
export async function createAppWithTokens(env: Record<string, string> = {}): Promise<AppWithTokens> {
  const tokens = await createTestTokens()
  const app = await createTestApp({ env: { AUTH_TOKENS_FILE: tokens.file, ...env } })
  return {
    app,
    tokens,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await tokens[Symbol.asyncDispose]()
    },
  }
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

export interface Answered<T> extends GraphQLAnswer<T> {
  status: number
}

/** Posts an operation over a real socket. */
export async function post<T>(url: string, query: string, headers: Record<string, string> = {}): Promise<Answered<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return { status: response.status, ...((await response.json()) as GraphQLAnswer<T>) }
}

export const codesOf = ({ errors = [] }: GraphQLAnswer<unknown>) => errors.map(({ extensions }) => extensions?.code)

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { changeTokenFile } from '../../src/auth/token-file.ts'
import { makeToken, recordOf } from '../../src/auth/token-records.ts'
import { type Role, roles } from '../../src/auth/viewer.ts'
import { createTestApp, type TestApp } from './app.ts'
import { bearer, post } from './client.ts'
import { eventually } from './eventually.ts'

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
  /** makes another token, and waits until it lets in */
  newToken(role: Role, expiresAt?: Date): Promise<string>
  /** waits until the service lets this token in, or does not any more */
  untilAnswered(status: 200 | 401, token: string): Promise<void>
}

/** A whole service that lets nobody in without a token. */
export async function createAppWithTokens(env: Record<string, string> = {}): Promise<AppWithTokens> {
  const tokens = await createTestTokens()
  const app = await createTestApp({ env: { AUTH_TOKENS_FILE: tokens.file, ...env } })
  const statusWith = async (token: string) => (await post(app.url, '{ __typename }', bearer(token))).status
  const untilAnswered = async (status: 200 | 401, token: string) => {
    await eventually(`a token is answered with ${status}`, async () => (await statusWith(token)) === status)
  }
  return {
    app,
    tokens,
    untilAnswered,
    async newToken(role, expiresAt) {
      const token = await tokens.add(role, expiresAt)
      await untilAnswered(200, token)
      return token
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await tokens[Symbol.asyncDispose]()
    },
  }
}

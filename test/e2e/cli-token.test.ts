import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { greenroom } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { createDataDir, runToEnd, startServer } from '../support/server.ts'

const create = (file: string, ...more: string[]) =>
  greenroom(['token', 'create', '--name', 'Ada', '--role', 'viewer', '--file', file, ...more], {})

describe('greenroom token', () => {
  it('prints a token once, alone, and keeps its hash', async () => {
    await using data = await createDataDir()
    const file = path.join(data.dir, 'tokens.json')
    const made = await create(file, '--expires', '90d')
    expect(made.code).toBe(0)
    expect(made.stdout).toMatch(/^grn_[\w-]{43}\n$/)
    expect(made.stderr).toMatch(/^Token [0-9a-f]{8}, until 20\d\d-.*UTC\. Keep it: it is shown only now\.\n$/)
    expect(await readFile(file, 'utf8')).not.toContain(made.stdout.trim())

    const listed = await greenroom(['token', 'list'], { AUTH_TOKENS_FILE: file })
    expect(listed.stdout).toMatch(/^ *id .*\n[0-9a-f]{8} +Ada +viewer +20\d\d-\d\d-\d\d +until 20/)
    const id = listed.stdout.split('\n')[1]?.split(' ')[0] ?? ''
    expect((await greenroom(['token', 'revoke', id, '--file', file], {})).stdout).toContain('is revoked')
    expect((await greenroom(['token', 'list', '--file', file], {})).stdout).toContain('revoked 20')
  })

  it('says what is wrong, and makes nothing then', async () => {
    await using data = await createDataDir()
    const file = path.join(data.dir, 'tokens.json')
    expect(await create(file, '--expires', '2020-01-01')).toMatchObject({ code: 1, stdout: '' })
    expect((await create(file, '--expires', 'soon')).stderr).toContain('Give a day to come')
    expect((await create(file, '--role', 'root')).stderr).toContain('viewer, editor, admin')
    expect((await greenroom(['token', 'list', '--file', file], {})).stderr).toContain('There is no file')
    expect((await greenroom(['token', 'revoke', 'x', '--file', file], {})).stderr).toContain('There is no token x')
    expect((await greenroom(['token', 'list'], {})).stderr).toContain('--file')
  })
})

it('a service with tokens does what it is told by a command that has one, until it is revoked', async () => {
  await using data = await createDataDir()
  const AUTH_TOKENS_FILE = path.join(data.dir, 'tokens.json')
  const { stdout } = await create(AUTH_TOKENS_FILE)
  await using server = await startServer(data.dir, { AUTH_TOKENS_FILE, HOST: '0.0.0.0' })
  const GREENROOM_URL = `http://127.0.0.1:${new URL(server.url).port}`
  const withToken = { GREENROOM_URL, GREENROOM_TOKEN: stdout.trim() }
  expect(await greenroom(['runs', 'ls'], withToken)).toMatchObject({ code: 0 })
  expect((await greenroom(['runs', 'ls'], { GREENROOM_URL })).stderr).toContain('set GREENROOM_TOKEN')
  expect((await greenroom(['gc'], withToken)).stderr).toContain('The role viewer may not use Mutation.collectGarbage')
  const id = JSON.parse(await readFile(AUTH_TOKENS_FILE, 'utf8')).tokens[0].id
  await greenroom(['token', 'revoke', id], { AUTH_TOKENS_FILE })
  await eventually('the token is refused', async () => (await greenroom(['runs', 'ls'], withToken)).code !== 0)
  expect((await greenroom(['runs', 'ls'], withToken)).stderr).toContain('does not take the token')
})

it('a command that does the work itself needs no token, and lets nobody else use it', async () => {
  await using data = await createDataDir()
  const AUTH_TOKENS_FILE = path.join(data.dir, 'tokens.json')
  await create(AUTH_TOKENS_FILE)
  const env = { DATA_DIR: data.dir, PORT: '1', AUTH_TOKENS_FILE }
  expect(await greenroom(['runs', 'ls'], env)).toMatchObject({ code: 0, stderr: '' })
})

it('a service that others can reach does not start without a token, and says how to make one', async () => {
  for (const env of [{ HOST: '0.0.0.0' }, { TRUST_PROXY: 'true' }]) {
    const { code, stderr } = await runToEnd(env as Record<string, string>)
    expect(code).toBe(1)
    expect(stderr).toContain('greenroom token create --name NAME --role admin')
  }
  await using data = await createDataDir()
  const missing = { DATA_DIR: data.dir, HOST: '0.0.0.0', AUTH_TOKENS_FILE: path.join(data.dir, 'none.json') }
  expect(await runToEnd(missing)).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no file') })
})

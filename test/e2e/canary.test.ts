import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { makeToken } from '../../src/auth/token-records.ts'
import { greenroom } from '../support/cli.ts'
import { multipart } from '../support/client.ts'
import { folderOf } from '../support/databases.ts'
import { jpeg } from '../support/images.ts'
import { createDataDir, startServer } from '../support/server.ts'
import { withDatabase } from '../support/service-database.ts'
import { overSse, overWebSocket } from '../support/subscribe.ts'

/** All that is kept, as text: the database, its journal, and the file of the tokens too. */
async function keptBelow(dir: string): Promise<string> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
}

const upload = 'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { __typename } }'
const watching = 'subscription { runUpdated { id } }'

it('no token, and no secret of a session, is in what is logged, kept or answered', async () => {
  await using data = await createDataDir()
  const AUTH_TOKENS_FILE = path.join(data.dir, 'tokens.json')
  const made = await greenroom(['token', 'create', '--name', 'Ada', '--role', 'admin'], { AUTH_TOKENS_FILE })
  const [token, unknown] = [made.stdout.trim(), makeToken()]
  await using server = await startServer(data.dir, { AUTH_TOKENS_FILE, LOG_LEVEL: 'trace' })
  const { url } = server
  const answers: string[] = []

  async function ask(headers: Record<string, string>, body: string | FormData, query = ''): Promise<Response> {
    const type = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
    const csrf = { 'x-graphql-yoga-csrf': '1' }
    const response = await fetch(`${url}/graphql${query}`, {
      method: 'POST',
      headers: { ...type, ...csrf, ...headers },
      body,
    })
    answers.push(await response.text())
    return response
  }

  const signedIn = await fetch(`${url}/session`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  answers.push(await signedIn.text())
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const secret = cookie.split('=')[1] ?? ''
  expect(secret).toHaveLength(43)

  const bodies = ['{ queue { running } }', '{ queue { runing } }', '{', 'mutation { deleteImage(input: { id: "x" }) }']
  for (const headers of [{ authorization: `Bearer ${token}` }, { authorization: `Bearer ${unknown}` }, { cookie }]) {
    for (const query of bodies) await ask(headers, JSON.stringify({ query }))
    await ask(headers, '{')
    await ask(headers, multipart(upload, { artistName: 'Carl Cox' }, await jpeg(), 'photo.jpg'))
    await ask(headers, multipart(upload, { artistName: '' }, Buffer.from('no picture'), 'photo.jpg'))
  }
  await ask({}, JSON.stringify({ query: '{ queue { running } }' }), `?token=${unknown}`)
  await ask({ authorization: unknown }, '{}')
  for (const subscribe of [overWebSocket, overSse]) {
    await using taken = subscribe(url, { query: watching }, token)
    expect((await taken.results.next()).value).toMatchObject({ data: { runUpdated: {} } })
    await using refused = subscribe(url, { query: watching }, unknown)
    await refused.results.next().catch((error: unknown) => answers.push(JSON.stringify(error)))
  }
  for (const shown of [token, unknown]) {
    const { stdout, stderr } = await greenroom(['runs', 'ls'], { GREENROOM_URL: url, GREENROOM_TOKEN: shown })
    answers.push(stdout, stderr)
  }
  expect(await server.stop('SIGTERM')).toBe(0)

  const { DATABASE_URL } = await withDatabase({ DATA_DIR: data.dir })
  const kept = (await keptBelow(data.dir)) + (DATABASE_URL ? await keptBelow(await folderOf(DATABASE_URL)) : '')
  expect(server.output()).toContain('listening')
  expect(kept).toContain('Carl Cox')
  expect(answers.join()).toContain('UNAUTHORIZED')
  for (const canary of [token, unknown, secret]) {
    expect(server.output()).not.toContain(canary.slice(4))
    expect(kept).not.toContain(canary.slice(4))
    expect(answers.join('\n')).not.toContain(canary.slice(4))
  }
})

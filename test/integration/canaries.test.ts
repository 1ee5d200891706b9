import type { Dirent } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { bucketEnv } from '../support/bucket-app.ts'
import { jsonRequest } from '../support/client.ts'
import { type D1Server, startD1Server } from '../support/d1-server.ts'
import { folderOf, provider } from '../support/databases.ts'
import { jpeg } from '../support/images.ts'
import { createLogLines } from '../support/log-lines.ts'
import { type PictureSite, startPictureSite } from '../support/picture-site.ts'
import { type StrictS3, startStrictS3 } from '../support/strict-s3/server.ts'
import { announceOne, complete, facts, headersOf, send } from '../support/uploads.ts'
import { addEvent } from '../support/venue-rows.ts'

/** What a client sends that is nobody else's business, unlike anything else that is written. */
const sent = {
  authorization: 'Bearer canary-bearer-2f9d8c7b6a',
  cookie: 'session=canary-cookie-2f9d8c7b6a',
  'x-upload-token': 'canary-header-2f9d8c7b6a',
}

/** Everything that an app writes anywhere while everything that can be asked of it is. */
async function exercise(app: TestApp, site: PictureSite): Promise<{ secrets: string[]; answers: string }> {
  const secrets = Object.values(sent).map((value) => value.replace(/^(Bearer |session=)/, ''))
  const answers: string[] = []

  async function ask(target: string, init: RequestInit = {}): Promise<void> {
    const response = await fetch(`${app.url}${target}`, { ...init, headers: { ...sent, ...init.headers } })
    answers.push(JSON.stringify([...response.headers]), await response.text())
  }
  const post = (query: string) => ask('/graphql?key=canary-query-2f9d8c7b6a', jsonRequest({ query }))
  secrets.push('canary-query-2f9d8c7b6a')

  for (const target of ['/health', '/ready', '/metrics', '/nothing', '/media/images/none.webp', '/graphql', '//']) {
    await ask(target)
  }
  // a file that comes by an address or with a token, one of them in vain
  const bytes = await jpeg()
  const target = await announceOne(app, facts(bytes))
  const token = headersOf(target)['x-upload-token'] ?? new URL(target.url).searchParams.get('X-Amz-Signature')
  if (!token) throw new Error('The upload has no secret.')
  secrets.push(token)
  await send(target, bytes)
  await complete(app, [target.id])
  await app.process(await jpeg(), { recipes: ['presets', 'artist'] })
  // addresses with signatures of others: what they lead to is there, is not, and breaks off
  site.pages.set('/there.jpg', { body: await jpeg() })
  site.pages.set('/reset.jpg', { fault: 'reset' })
  const importing = `mutation ($urls: [String!]!) {
    importImages(input: { urls: $urls, artistName: "Carl Cox" }) { __typename ... on Error { message } } }`
  const signature = '?X-Amz-Signature=canary-source-2f9d8c7b6a'
  const urls = ['/there.jpg', '/none.jpg', '/reset.jpg'].map((name) => `${site.url(name)}${signature}`)
  await app.gql(importing, { urls })
  await addEvent(app)
  await app.gql('mutation { syncToD1(input: { which: COMPARED }) { __typename ... on Error { message } } }')
  await app.dispatcher.idle()
  // what nobody foresaw tells the log all there is to tell: a table that is not there, one with an address for a name
  await app.db.$executeRawUnsafe('ALTER TABLE "Artist" RENAME TO "Elsewhere"')
  await post('{ artists { totalCount } }')
  await app.db.$executeRawUnsafe('ALTER TABLE "Elsewhere" RENAME TO "Artist"')
  const address = 'https://me:canary-password-2f9d8c7b6a@elsewhere.example/?key=canary-key-2f9d8c7b6a'
  for (const statement of refuseArtists(address)) await app.db.$executeRawUnsafe(statement)
  await post('mutation { upsertArtist(input: { name: "Nobody Yet" }) { __typename } }')
  await app.db.$executeRawUnsafe(`DROP TRIGGER unforeseen${provider === 'sqlite' ? '' : ' ON "Artist"'}`)
  await post(`{ queue { running storageDownSince } d1 { place dueCount } runs { nodes { kind status lastError
    tasks { nodes { errorCode errorMessage } } } } uploadPolicy { maxBytes } }`)
  return { secrets, answers: answers.join('\n') }
}

/** Statements after which an artist is refused with these words in the reason. */
const refuseArtists = (words: string) =>
  provider === 'sqlite'
    ? [`CREATE TRIGGER unforeseen BEFORE INSERT ON "Artist" BEGIN INSERT INTO "${words}" VALUES (1); END`]
    : [
        `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE '%', '${words}'; END $$`,
        'CREATE TRIGGER unforeseen BEFORE INSERT ON "Artist" FOR EACH ROW EXECUTE FUNCTION refuse()',
      ]

/** All files of a folder, one after another; without those that go meanwhile, as temporary ones do. */
async function contents(dir: string): Promise<Buffer> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const read = ({ parentPath, name }: Dirent) =>
    readFile(path.join(parentPath, name)).catch((error) => {
      if (error.code !== 'ENOENT') throw error
      return Buffer.alloc(0)
    })
  return Buffer.concat(await Promise.all(files.map(read)))
}

describe.each(['disk', 'bucket'])('with pictures on a %s and a log that says everything', (place) => {
  const said = createLogLines()
  let app: TestApp
  let secrets: string[]
  let answers: string
  let s3: StrictS3
  let d1: D1Server
  const resources = new AsyncDisposableStack()
  beforeAll(async () => {
    s3 = resources.use(await startStrictS3({ buckets: ['pictures', 'originals'], publicBuckets: ['pictures'] }))
    d1 = resources.use(await startD1Server())
    const site = resources.use(await startPictureSite())
    const d1Env = {
      D1_ACCOUNT_ID: d1.access.accountId,
      D1_DATABASE_ID: d1.access.databaseId,
      D1_TOKEN: d1.access.token,
      D1_BASE_URL: d1.access.baseUrl,
    }
    const env = { SOURCE_ALLOW: site.host, ...d1Env, ...(place === 'bucket' && bucketEnv(s3)) }
    app = resources.use(await createTestApp({ env, log: said.log }))
    for (const fault of ['500', '503', 'reset before body', 'truncated GET', '409'] as const) s3.failNext(fault)
    d1.failNext({ status: 500, body: 'no' }, { status: 401, body: { code: 10000, message: 'Authentication error' } })
    const told = await exercise(app, site)
    answers = told.answers
    secrets = [...told.secrets, d1.access.token, s3.secretAccessKey]
  })
  afterAll(() => resources.disposeAsync())

  it('has logged what happened, failures too', () => {
    const lines = said.lines()
    for (const msg of ['a request was answered', 'a task succeeded', 'a task failed', 'graphql']) {
      expect(lines.map((line) => line.msg)).toContain(msg)
    }
    expect(said.text()).toContain('https://[redacted]@elsewhere.example/?[redacted]')
  })

  it('leaks no secret into the log', () => {
    for (const secret of [...secrets, 'canary-']) expect(said.text()).not.toContain(secret)
  })

  it('leaks no secret into an answer', () => {
    for (const secret of [...secrets, 'canary-']) expect(answers).not.toContain(secret)
    expect(answers).toContain('Unexpected error.')
  })

  it('keeps no secret in the database, nor anywhere in DATA_DIR', async () => {
    const kept = Buffer.concat([await contents(await folderOf(app.databaseUrl)), await contents(app.dir)])
    // the address of a picture is what is to be fetched, and fetched again
    expect(kept.includes('canary-source-')).toBe(true)
    for (const secret of secrets) expect(kept.includes(secret), secret).toBe(false)
  })
})

it('is not told what is wrong with a secret in the environment by showing it', () => {
  const env = {
    D1_TOKEN: 'canary token',
    S3_SECRET_ACCESS_KEY: 'canary-key',
    STORAGE_URL: 's3://x',
    PORT: 'canary-port',
  }
  let message = ''
  try {
    loadConfig(env)
  } catch (error) {
    message = (error as Error).message
  }
  expect(message).toContain('D1_TOKEN')
  expect(message).not.toMatch(/canary.(token|key)/)
})

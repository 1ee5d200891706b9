import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { filesBelow } from '../support/files.ts'
import { jpeg } from '../support/images.ts'
import { createLogLines } from '../support/log-lines.ts'
import { announceOne, complete, facts, send } from '../support/uploads.ts'

const said = createLogLines()
let app: TestApp
const resources = new AsyncDisposableStack()
beforeAll(async () => {
  app = resources.use(await createTestApp({ log: said.log }))
})
afterAll(() => resources.disposeAsync())

/** The only image of this name, after everything is made of it. */
async function takeIn(bytes: Uint8Array, filename: string): Promise<{ id: string; filename: string; urls: string[] }> {
  const target = await announceOne(app, facts(bytes, filename))
  await send(target, bytes)
  expect(await complete(app, [target.id], { recipes: ['responsive', 'presets', 'artist'] })).not.toHaveProperty('code')
  await app.dispatcher.idle()
  const { sha256 } = facts(bytes)
  const id = Buffer.from(`Image:${(await app.db.image.findUniqueOrThrow({ where: { sha256 } })).id}`).toString('base64')
  const { image } = await app.gql<{ image: { filename: string; variants: { url: string }[] } }>(
    'query ($id: ID!) { image(id: $id) { filename variants { url } } }',
    { id },
  )
  return { id, filename: image.filename, urls: image.variants.map(({ url }) => url) }
}

/** What is stored, each with its bytes. */
async function stored(): Promise<[name: string, bytes: Buffer][]> {
  const read = async (name: string): Promise<[string, Buffer]> => [name, await readFile(path.join(app.dir, name))]
  return Promise.all((await filesBelow(app.dir)).map(read))
}

describe('a file name', () => {
  it.each([
    ['of two extensions', 'shell.php.jpg', 'shell.php.jpg'],
    ['of a program', 'photo.jpg.php', 'photo.jpg.php'],
    ['with a NUL and a line break', 'a.php\0\r\nX-Evil: 1.jpg', 'a.phpX-Evil: 1.jpg'],
    ['of a place elsewhere', '../../etc/cron.d/evil.jpg', 'evil.jpg'],
    ['with markup', '"><img src=x onerror=alert(1)>.jpg', '"><img src=x onerror=alert(1)>.jpg'],
  ])('%s is shown, and nothing more: %j', async (_what, filename, shown) => {
    const taken = await takeIn(await jpeg(), filename)
    expect(taken.filename).toBe(shown)
    expect(taken.urls.length).toBeGreaterThan(0)
    for (const url of taken.urls) {
      const { status, headers } = await fetch(url)
      expect([status, headers.get('x-content-type-options')]).toEqual([200, 'nosniff'])
      expect(headers.get('content-type')).toMatch(/^image\/(webp|avif|jpeg)$/)
    }
    for (const name of await filesBelow(app.dir)) expect(name).not.toMatch(/php|evil|onerror|\s/i)
  })

  it('with markup is JSON for who asks, and one line for who reads the log', async () => {
    const markup = '"><img src=x onerror=alert(2)>.jpg'
    const { id } = await takeIn(await jpeg(), markup)
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/html, application/json' },
      body: JSON.stringify({ query: `{ image(id: "${id}") { filename } }` }),
    })
    expect(response.headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json/)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await response.json()).toMatchObject({ data: { image: { filename: markup } } })
    said.log.info({ filename: `${markup}\n{"level":60,"msg":"forged"}` }, 'a name')
    const lines = said.text().trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).msg)).not.toContain('forged')
    expect(said.lines().at(-1)?.filename).toContain(markup)
  })
})

describe('what follows a picture in its file', () => {
  const program = '<?php system($_GET["canary-7d1f"]); ?>'
  // an empty archive is its end record alone
  const archive = Buffer.concat([Buffer.from('PK\x03\x04canary-7d1f'), Buffer.from('PK\x05\x06'), Buffer.alloc(18)])

  it.each([
    ['a program', Buffer.from(program)],
    ['an archive', archive],
  ])('%s, is in no file that anybody can get', async (_what, payload) => {
    const bytes = Buffer.concat([await jpeg(), payload])
    await takeIn(bytes, 'both.jpg')
    const files = await stored()
    const isPrivate = ([name]: [string, Buffer]) => name.startsWith('private/')
    expect(files.filter(isPrivate).some(([, content]) => content.includes(payload))).toBe(true)
    const others = files.filter((file) => !isPrivate(file))
    expect(others.length).toBeGreaterThan(3)
    for (const [name, content] of others) {
      expect(content.includes('canary-7d1f'), name).toBe(false)
      expect(content.includes('PK\x05\x06'), name).toBe(false)
    }
  })

  it('and what comes before it makes it no picture', async () => {
    const bytes = Buffer.concat([archive, await jpeg()])
    expect(await app.upload(bytes)).toMatchObject({ code: 'UNSUPPORTED_IMAGE_TYPE' })
  })
})

it('nothing is made by asking, whatever is asked for', async () => {
  const { id, urls } = await takeIn(await jpeg(), 'ladder.jpg')
  const before = await filesBelow(app.dir)
  const named = new Set<string>()
  for (let width = 1; width <= 5_000; width += 50) {
    const fields = Array.from({ length: 5 }, (_each, index) => {
      const asked = width + index * 10
      return `v${index}: variant(name: "${asked}", format: "avif") { url } s${index}: srcset(maxWidth: ${asked})`
    })
    const query = `query ($id: ID!) { image(id: $id) { ${fields.join(' ')} } }`
    const answer = JSON.stringify(await app.gql(query, { id }))
    for (const [url] of answer.matchAll(/http:[^" ]+/g)) named.add(url)
  }
  const [first = ''] = urls
  for (const asked of ['?width=641', '?w=4999&format=png']) await fetch(`${first}${asked}`)
  expect((await fetch(first.replace(/\.\w+$/, '_641$&'))).status).toBe(404)
  expect(named.size).toBeGreaterThan(1)
  expect(urls).toEqual(expect.arrayContaining([...named]))
  expect(await filesBelow(app.dir)).toEqual(before)
})

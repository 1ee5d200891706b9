import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { execute, parse } from 'graphql'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { UnauthorizedError } from '../../src/auth/auth-errors.ts'
import { localViewer } from '../../src/auth/viewer.ts'
import { InvalidInputError } from '../../src/errors.ts'
import { schema } from '../../src/schema/index.ts'
import { bearer, post } from '../support/client.ts'
import { jpeg } from '../support/images.ts'
import { type AppWithTokens, createAppWithTokens } from '../support/tokens.ts'

let service: AppWithTokens
let url: string
beforeAll(async () => {
  service = await createAppWithTokens({ CONCURRENCY: '0' })
  url = service.app.url
})
afterAll(() => service[Symbol.asyncDispose]())

async function statusWith(token: string): Promise<number> {
  return (await post(url, '{ uploadPolicy { maxBytes } }', bearer(token))).status
}

async function editor(): Promise<string> {
  const token = await service.tokens.add('editor')
  while ((await statusWith(token)) !== 200) await sleep(50)
  return token
}

async function revoke(token: string): Promise<void> {
  await service.tokens.revoke(token)
  while ((await statusWith(token)) !== 401) await sleep(50)
}

it('a file that is still coming in when its token ends is refused, and not kept', async () => {
  const token = await editor()
  const head = '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
  const body = Buffer.concat([Buffer.from(head), await jpeg(), Buffer.from('\r\n--xyz--\r\n')])
  const { port, host } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(
    `POST /images/upload HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: multipart/form-data; boundary=xyz\r\nContent-Length: ${body.byteLength}\r\n\r\n`,
  )
  socket.write(body.subarray(0, 1_000))
  // admitted, and on its way
  await sleep(100)
  await revoke(token)
  socket.write(body.subarray(1_000))
  const [answer] = await once(socket, 'data')
  socket.destroy()
  expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /)
  expect(await service.app.db.image.count()).toBe(0)
})

it('of a mutation, the fields do nothing that had not begun when the token ended', async () => {
  let holds = true
  const upsert = vi.fn(async () => {
    holds = false
    throw new InvalidInputError('name', 'no')
  })
  const contextValue = { viewer: { ...localViewer, isCurrent: () => holds }, artists: { upsert } }
  const field = (name: string) => `${name}: upsertArtist(input: { name: "${name}" }) { __typename }`
  const { errors } = await execute({
    schema,
    document: parse(`mutation { ${field('a')} ${field('b')} }`),
    contextValue,
  })
  expect(errors).toMatchObject([{ path: ['b'], originalError: expect.any(UnauthorizedError) }])
  expect(upsert).toHaveBeenCalledTimes(1)
})

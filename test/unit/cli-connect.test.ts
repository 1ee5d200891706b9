import { createServer } from 'node:http'
import { expect, it } from 'vitest'
import { connect } from '../../src/cli/connect.ts'
import { loadConfig } from '../../src/config.ts'

it('a token is shown to the server that GREENROOM_URL names, and not to whoever listens on the local port', async () => {
  const shown: unknown[] = []
  await using server = createServer((request, response) => {
    if (request.url === '/graphql') shown.push(request.headers.authorization)
    response.setHeader('Content-Type', 'application/json')
    response.end('{"data":{}}')
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as { port: number }
  const config = loadConfig({ PORT: String(port) })
  for (const url of [undefined, `http://localhost:${port}`]) {
    await using connected = await connect(config, { url, token: 'secret' }, { works: false })
    await connected.api.query('{ __typename }')
  }
  expect(shown).toEqual([undefined, 'Bearer secret'])
})

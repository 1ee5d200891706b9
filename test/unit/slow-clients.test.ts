import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { watchSlowClients } from '../../src/http/slow-clients.ts'
import { openSocket } from '../support/sockets.ts'

it('a client that takes a part of one large answer now and then gets all of it', async () => {
  const bytes = 40_000_000
  let dropped = 0
  const server = createServer((_request, response) => response.end(Buffer.alloc(bytes)))
  const stopWatching = watchSlowClients(server, 500, () => {
    dropped += 1
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  await using socket = await openSocket(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  let received = 0
  socket.on('data', (chunk) => {
    received += chunk.length
    socket.pause()
    setTimeout(() => socket.resume(), 3)
  })
  await once(socket, 'close')
  expect(received).toBeGreaterThan(bytes)
  expect(dropped).toBe(0)
  stopWatching()
  server.close()
})

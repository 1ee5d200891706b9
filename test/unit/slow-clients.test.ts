import { EventEmitter, once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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

describe('by the clock, a client', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const stalledMs = 1_000

  /** One for which so many bytes wait. */
  function connect(writableLength: number) {
    const server = new EventEmitter()
    const socket = Object.assign(new EventEmitter(), { bytesWritten: 100, writableLength })
    const drop = vi.fn()
    const stopWatching = watchSlowClients(server as Server, stalledMs, drop)
    server.emit('connection', socket)
    // the first look remembers what the next ones compare with
    vi.advanceTimersByTime(stalledMs / 4)
    return { socket, drop, stopWatching }
  }

  it('that takes nothing for so long is dropped, and not before', () => {
    const { socket, drop, stopWatching } = connect(10)
    vi.advanceTimersByTime(stalledMs - 1)
    expect(drop).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(drop).toHaveBeenCalledExactlyOnceWith(socket)
    stopWatching()
  })

  it('that takes something has as long again', () => {
    const { socket, drop, stopWatching } = connect(10)
    vi.advanceTimersByTime(stalledMs - 1)
    socket.writableLength -= 1
    vi.advanceTimersByTime(stalledMs)
    expect(drop).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(drop).toHaveBeenCalledOnce()
    stopWatching()
  })

  it('for which nothing waits may be silent, and one that has gone is not looked at', () => {
    const [silent, gone] = [connect(0), connect(10)]
    gone.socket.emit('close')
    vi.advanceTimersByTime(10 * stalledMs)
    for (const { drop, stopWatching } of [silent, gone]) {
      expect(drop).not.toHaveBeenCalled()
      stopWatching()
    }
  })
})

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A bare connection to a service; text that is written is what is sent. */
export async function openSocket(url: string): Promise<Socket & AsyncDisposable> {
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return Object.assign(socket, {
    async [Symbol.asyncDispose]() {
      if (socket.closed) return
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
    },
  })
}

/** Everything that arrives until the service ends the connection. */
export async function readToEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  // a reset is an end as well
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString()
}

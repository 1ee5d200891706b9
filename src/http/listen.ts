import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OperatorError } from '../errors.ts'

export class PortTakenError extends OperatorError {
  override readonly name = 'PortTakenError'
  constructor(port: number, cause: unknown) {
    super(`Port ${port} is taken. Stop what listens there, or choose another PORT.`, { cause })
  }
}

export interface Address {
  host: string
  port: number
}

/** Resolves when requests are taken, to the port: the one asked for, or a free one for 0. Throws PortTakenError. */
export async function listen(server: Server, { host, port }: Address): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'EADDRINUSE' ? new PortTakenError(port, cause) : cause
  })
  return (server.address() as AddressInfo).port
}

/** http://host:port, where an IPv6 address is in brackets. */
export const urlOf = ({ host, port }: Address) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`

import { expect, onTestFinished } from 'vitest'
import type { CloudflareLimits } from '../../src/services/d1/cloudflare-d1.ts'
import { openD1 } from '../../src/services/d1/open-d1.ts'
import { never, rowOf } from './d1-contract.ts'
import { type D1Server, type D1ServerFault, startD1Server } from './d1-server.ts'

interface Thrown {
  code: string
  message: string
  retryable: boolean
  status: number | null
  retryAfterSeconds?: number
  cause: unknown
}

/** A server for one test, and the errors of an upsert through Prisma, whose first request is the one that fails. */
export async function startFailingD1() {
  const server = await startD1Server()
  onTestFinished(() => server[Symbol.asyncDispose]())

  async function errorAt(
    access: Partial<D1Server['access']> = {},
    limits: Partial<CloudflareLimits> = {},
  ): Promise<Thrown> {
    const cloudflare = { ...server.access, ...access }
    await using d1 = await openD1({ file: '', cloudflare, limits: { requestsPerSecond: 1_000, ...limits } })
    const outcome = await d1.upsert([rowOf(1, { artistName: 'Somebody' })], never).catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(Error)
    return outcome as Thrown
  }

  return {
    server,
    errorAt,
    errorAfter(fault: D1ServerFault, limits: Partial<CloudflareLimits> = {}): Promise<Thrown> {
      server.failNext(fault)
      return errorAt({}, limits)
    },
  }
}

/** As the API tells of what the database says. */
export const saying = (message: string, status = 400): D1ServerFault => ({ status, body: { code: 7500, message } })

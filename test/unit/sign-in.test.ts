import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { readToken } from '../../src/http/sign-in.ts'

it('a form that does not arrive is not waited for', async () => {
  const request = new PassThrough() as unknown as IncomingMessage
  await expect(readToken(request, 20)).rejects.toThrow('The form took too long to arrive.')
})

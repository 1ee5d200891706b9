import { expect, it } from 'vitest'
import { requestTimeoutMs } from '../../src/http.ts'

it('a file of the limit has time to arrive at 16 KiB a second', () => {
  const maxBytes = 1024 ** 3
  expect((requestTimeoutMs(maxBytes) / 1000) * 16_384).toBeGreaterThan(maxBytes)
  expect(requestTimeoutMs(0)).toBe(300_000)
})

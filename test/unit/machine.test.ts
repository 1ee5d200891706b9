import os from 'node:os'
import { describe, expect, it } from 'vitest'
import { defaultMegapixelsInFlight, idleHostBytes, usableCores } from '../../src/services/machine.ts'

const cores = os.availableParallelism()
const mebibyte = 1024 * 1024

describe('what a container leaves', () => {
  it.each([
    ['max 100000\n', cores],
    ['max', cores],
    ['50000 100000\n', 1],
    ['100000 100000\n', 1],
    [`${cores * 1000} 1000\n`, cores],
    ['9999900000 100000\n', cores],
  ])('of cores with cpu.max %j is %i', (quota, expected) => {
    expect(usableCores(quota)).toBe(expected)
  })

  it('of memory is shared out so that pixels get a quarter', () => {
    expect(defaultMegapixelsInFlight(512 * mebibyte)).toBe(33)
  })

  it.each([
    [512, 2, 1024],
    [3584, 1, 1024],
    [65_536, 16, 3072],
  ])('of %i MiB lets an idle image host of %i threads hold %i', (memory, threads, idle) => {
    expect(idleHostBytes(threads, memory * mebibyte) / mebibyte).toBe(idle)
  })
})

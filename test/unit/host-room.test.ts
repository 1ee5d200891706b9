import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createHostRoom, pixelsInHost } from '../../src/services/host-room.ts'

const signal = new AbortController().signal

describe('the room in the image host', () => {
  it('takes as many images as their pixels fit, and the next as soon as one leaves', async () => {
    const room = createHostRoom(10)
    const leave = await room.enter(6e6, 0, signal)
    await room.enter(4e6, 0, signal)
    let entered = false
    const waiting = room.enter(5e6, 0, signal).then(() => {
      entered = true
    })
    await turn()
    expect([entered, room.occupants, room.bytes]).toEqual([false, 2, 40e6])
    leave()
    await waiting
    expect([room.occupants, room.bytes]).toEqual([2, 36e6])
  })

  it('takes an image that is larger than all of it when no other is there', async () => {
    const room = createHostRoom(10)
    const leave = await room.enter(1e6, 0, signal)
    let alone = false
    const large = room.enter(1_000e6, 0, signal).then(() => {
      alone = true
    })
    await turn()
    expect(alone).toBe(false)
    leave()
    await large
    expect([room.occupants, room.bytes]).toEqual([1, 40e6])
  })

  it('lets no small image overtake a large one that waits', async () => {
    const room = createHostRoom(10)
    const leave = await room.enter(5e6, 0, signal)
    const order: string[] = []
    const enter = (name: string, pixels: number) => room.enter(pixels, 0, signal).then(() => order.push(name))
    const large = enter('large', 10e6)
    void enter('small', 1e6)
    await turn()
    expect(order).toEqual([])
    leave()
    await large
    expect(order).toEqual(['large'])
  })

  it('is not taken by who has given up waiting', async () => {
    const room = createHostRoom(10)
    const leave = await room.enter(10e6, 0, signal)
    const abort = new AbortController()
    const waiting = room.enter(10e6, 0, abort.signal)
    abort.abort(new Error('no longer'))
    await expect(waiting).rejects.toThrow('no longer')
    leave()
    await room.enter(10e6, 0, signal)
    expect(room.occupants).toBe(1)
  })
})

it('counts what the decoder may hold whole, and twice what is made of it', () => {
  expect(pixelsInHost({ source: { width: 4000, height: 3000 }, working: { width: 1920, height: 1440 } })).toBe(
    12_000_000 + 2 * 2_764_800,
  )
})

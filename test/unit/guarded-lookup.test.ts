import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { SourceBlockedError } from '../../src/errors.ts'
import { guardedLookup, isPublicAddress, type Resolve } from '../../src/services/sources/address-guard.ts'

/** What a guarded lookup answers, both ways of asking. */
function lookUp(resolve: Resolve, all: boolean): Promise<unknown> {
  return new Promise((answer, reject) => {
    guardedLookup(resolve, isPublicAddress)('name.example', { all }, (error, address, family) =>
      error ? reject(error) : answer(all ? address : { address, family }),
    )
  })
}
const answersOf =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('the lookup of a connection', () => {
  it('answers as asked: the first address, or all', async () => {
    const resolve = answersOf('8.8.8.8', '2606:4700::1')
    expect(await lookUp(resolve, false)).toEqual({ address: '8.8.8.8', family: 4 })
    expect(await lookUp(resolve, true)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ])
  })

  it.each([
    ['127.0.0.1'],
    ['8.8.8.8', '127.0.0.1'],
    ['8.8.8.8', '8.8.4.4', '::ffff:10.0.0.1'],
    ['fe80::1%eth0'],
    ['not an address'],
  ])('refuses a name with an address inside: %s', async (...addresses) => {
    for (const all of [true, false]) {
      await expect(lookUp(answersOf(...addresses), all)).rejects.toThrow('The host name.example is not public.')
    }
  })

  it('says when a name has no address', async () => {
    await expect(lookUp(answersOf(), true)).rejects.toMatchObject({ code: 'ENOTFOUND' })
    const resolve = () => Promise.reject(Object.assign(new Error('away'), { code: 'EAI_AGAIN' }))
    await expect(lookUp(resolve, false)).rejects.toMatchObject({ code: 'EAI_AGAIN' })
  })

  it('is what node connects by', async () => {
    await using server = createServer((socket) => socket.end())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const dial = (accepts: (address: string) => boolean) =>
      connect({ host: 'name.example', port, lookup: guardedLookup(answersOf('127.0.0.1'), accepts) })
    const open = dial(() => true)
    await once(open, 'connect')
    open.destroy()
    await expect(once(dial(isPublicAddress), 'connect')).rejects.toThrow(SourceBlockedError)
  })
})

import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { ObjectStore } from '../../src/services/storage/object-store.ts'

type CreateStore = () => Promise<AsyncDisposable & { store: ObjectStore }>

const key = 'images/0123-abcd/thumbnail.webp'
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function options(bytes: Uint8Array, ifAbsent: boolean) {
  return { contentType: 'image/webp', cacheControl: 'public', sha256: hashOf(bytes), ifAbsent }
}

/** What every ObjectStore promises, whatever is behind it. */
export function describeObjectStore(name: string, create: CreateStore): void {
  describe(name, () => {
    it('gives back the bytes it was given', async () => {
      await using created = await create()
      const bytes = randomBytes(300_000)
      expect(await created.store.put(key, bytes, options(bytes, true))).toBe('stored')
      await using file = await created.store.checkout(key)
      expect((await readFile(file?.path ?? '')).equals(bytes)).toBe(true)
    })

    it('knows length and hash of what it holds, and null of what it does not', async () => {
      await using created = await create()
      const bytes = randomBytes(1000)
      expect(await created.store.head(key)).toBeNull()
      expect(await created.store.checkout(key)).toBeNull()
      await created.store.put(key, bytes, options(bytes, true))
      expect(await created.store.head(key)).toEqual({ byteSize: 1000, sha256: hashOf(bytes) })
    })

    it('puts only where nothing is, when told so', async () => {
      await using created = await create()
      const [first, second] = [randomBytes(10), randomBytes(20)]
      await created.store.put(key, first, options(first, true))
      expect(await created.store.put(key, second, options(second, true))).toBe('exists')
      expect((await created.store.head(key))?.sha256).toBe(hashOf(first))
      expect(await created.store.put(key, second, options(second, false))).toBe('stored')
      expect((await created.store.head(key))?.sha256).toBe(hashOf(second))
    })

    it('lets one of many win that put the same key at once', async () => {
      await using created = await create()
      const bodies = Array.from({ length: 8 }, () => randomBytes(50_000))
      const answers = await Promise.all(bodies.map((body) => created.store.put(key, body, options(body, true))))
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1)
      const winner = bodies[answers.indexOf('stored')] ?? Buffer.alloc(0)
      expect(await created.store.head(key)).toEqual({ byteSize: 50_000, sha256: hashOf(winner) })
    })

    it('deletes, also what is not there', async () => {
      await using created = await create()
      const bytes = randomBytes(10)
      await created.store.put(key, bytes, options(bytes, true))
      await created.store.delete(key)
      await created.store.delete(key)
      expect(await created.store.head(key)).toBeNull()
    })

    it.each([
      '../escape.webp',
      '/etc/passwd',
      'images/../../x.webp',
      'images//x.webp',
      'images/X Y.webp',
      '',
      'images/x',
    ])('takes no key that is not one of ours: %j', async (bad) => {
      await using created = await create()
      const bytes = randomBytes(10)
      await expect(created.store.put(bad, bytes, options(bytes, true))).rejects.toThrow('is no storage key')
      await expect(created.store.head(bad)).rejects.toThrow('is no storage key')
    })
  })
}

import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { ListedObject, ObjectStore } from '../../src/services/storage/object-store.ts'

type CreateStore = () => Promise<AsyncDisposable & { store: ObjectStore }>

const key = 'images/0123-abcd/thumbnail.webp'
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function options(bytes: Uint8Array, ifAbsent: boolean) {
  return { contentType: 'image/webp', cacheControl: 'public', sha256: hashOf(bytes), ifAbsent }
}

async function listed(store: ObjectStore, folder: string): Promise<ListedObject[]> {
  const objects: ListedObject[] = []
  for await (const object of store.list(folder)) objects.push(object)
  return objects.sort((a, b) => (a.key < b.key ? -1 : 1))
}

const keysIn = async (store: ObjectStore, folder: string) => (await listed(store, folder)).map((each) => each.key)

/** What every ObjectStore promises, whatever is behind it. Each test gets an empty store. */
export function describeObjectStore(name: string, create: CreateStore): void {
  describe(name, () => {
    it('gives back the bytes it was given', async () => {
      await using created = await create()
      const bytes = randomBytes(300_000)
      expect(await created.store.put(key, bytes, options(bytes, true))).toBe('stored')
      await using file = await created.store.checkout(key)
      expect((await readFile(file?.path ?? '')).equals(bytes)).toBe(true)
    })

    it('gives back a large object whole, to several at once', async () => {
      await using created = await create()
      const bytes = randomBytes(12 * 1024 * 1024 + 17)
      await created.store.put(key, bytes, options(bytes, true))
      const hashes = [0, 1, 2].map(async () => {
        await using file = await created.store.checkout(key)
        return hashOf(await readFile(file?.path ?? ''))
      })
      expect(await Promise.all(hashes)).toEqual(Array(3).fill(hashOf(bytes)))
    })

    it('knows length and hash of what it holds, and null of what it does not', async () => {
      await using created = await create()
      const bytes = randomBytes(1000)
      expect(await created.store.head(key)).toBeNull()
      expect(await created.store.checkout(key)).toBeNull()
      await created.store.put(key, bytes, options(bytes, true))
      expect(await created.store.head(key)).toEqual({ byteSize: 1000, sha256: hashOf(bytes) })
    })

    it('holds an empty object', async () => {
      await using created = await create()
      const nothing = Buffer.alloc(0)
      await created.store.put(key, nothing, options(nothing, true))
      expect(await created.store.head(key)).toEqual({ byteSize: 0, sha256: hashOf(nothing) })
      await using file = await created.store.checkout(key)
      expect(await readFile(file?.path ?? '')).toHaveLength(0)
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

    it.each([
      ['before it begins', (controller: AbortController, reason: Error) => controller.abort(reason)],
      [
        'as it begins',
        (controller: AbortController, reason: Error) => void setImmediate(() => controller.abort(reason)),
      ],
    ])('stores nothing when a put is aborted %s', async (_when, abort) => {
      await using created = await create()
      const bytes = randomBytes(20 * 1024 * 1024)
      const controller = new AbortController()
      const reason = new Error('The run is being cancelled.')
      abort(controller, reason)
      const putting = created.store.put(key, bytes, { ...options(bytes, true), signal: controller.signal })
      await expect(putting).rejects.toBe(reason)
      await sleep(100)
      expect(await created.store.head(key)).toBeNull()
    })

    it('deletes, also what is not there', async () => {
      await using created = await create()
      const bytes = randomBytes(10)
      await created.store.put(key, bytes, options(bytes, true))
      await created.store.delete(key)
      await created.store.delete(key)
      expect(await created.store.head(key)).toBeNull()
    })

    it('lists all of a folder and nothing of its neighbours, however many pages that takes', async () => {
      await using created = await create()
      const inside = Array.from(
        { length: 25 },
        (_each, index) => `images/${'abc'[index % 3]}/${index + 10}.webp`,
      ).sort()
      const outside = ['images.webp', 'images-2/a.webp', 'variants/images/a.webp']
      const bytes = randomBytes(321)
      await Promise.all([...inside, ...outside].map((each) => created.store.put(each, bytes, options(bytes, true))))
      expect(await keysIn(created.store, 'images/')).toEqual(inside)
      expect(await keysIn(created.store, 'images/b/')).toEqual(inside.filter((each) => each.startsWith('images/b/')))
      expect(await keysIn(created.store, 'nowhere/')).toEqual([])
    })

    it('lists lengths and times, and no longer what was deleted', async () => {
      await using created = await create()
      const bytes = randomBytes(321)
      await created.store.put('images/a.webp', bytes, options(bytes, true))
      await created.store.put('images/b.webp', bytes, options(bytes, true))
      await created.store.delete('images/a.webp')
      const objects = await listed(created.store, 'images/')
      expect(objects).toEqual([{ key: 'images/b.webp', byteSize: 321, modifiedAt: expect.any(Date) }])
      expect(Math.abs(Date.now() - (objects[0]?.modifiedAt.getTime() ?? 0))).toBeLessThan(60_000)
    })

    it('ends a listing that is aborted with the reason', async () => {
      await using created = await create()
      const bytes = randomBytes(10)
      await created.store.put(key, bytes, options(bytes, true))
      const reason = new Error('Enough.')
      await expect(
        created.store.list('images/', AbortSignal.abort(reason))[Symbol.asyncIterator]().next(),
      ).rejects.toBe(reason)
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

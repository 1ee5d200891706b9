import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Libsql from 'libsql'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openD1 } from '../../src/services/d1/open-d1.ts'
import { never, rowOf } from '../support/d1-contract.ts'

let dir: string
let file: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'greenroom-d1-file-'))
  file = path.join(dir, 'private/d1.db')
})
afterEach(() => rm(dir, { recursive: true }))

const open = () => openD1({ file, cloudflare: null })

/** Another process's write in the middle. */
function holdFile() {
  const other = new Libsql(file)
  other.exec('BEGIN IMMEDIATE')
  return { release: () => other.close() }
}

it('says where the rows lie', async () => {
  await using d1 = await open()
  expect(d1.place).toBe(`the file ${file}`)
})

it('touches nothing before it is used', async () => {
  await using _d1 = await open()
  await expect(mkdir(path.dirname(file))).resolves.toBeUndefined()
})

it('still has its rows when it is opened again', async () => {
  {
    await using d1 = await open()
    await d1.upsert([rowOf(1)], never)
  }
  await using d1 = await open()
  expect(await d1.read(null, 10, never)).toEqual([rowOf(1)])
})

it('can be looked into by others meanwhile', async () => {
  await using d1 = await open()
  await d1.upsert([rowOf(1)], never)
  await using other = await open()
  expect(await other.read(null, 10, never)).toEqual([rowOf(1)])
})

it('works as soon as what kept it from being opened is gone', async () => {
  await writeFile(path.dirname(file), '')
  await using d1 = await open()
  await expect(d1.upsert([rowOf(1)], never)).rejects.toMatchObject({
    code: 'D1_UNAVAILABLE',
    retryable: true,
    status: null,
    message: expect.stringContaining('check the disk below DATA_DIR'),
  })
  await rm(path.dirname(file))
  await d1.upsert([rowOf(1)], never)
  expect(await d1.read(null, 10, never)).toEqual([rowOf(1)])
})

it('says so when the file is something else', async () => {
  await mkdir(path.dirname(file))
  await writeFile(file, 'A letter to the editor. '.repeat(1_000))
  await using d1 = await open()
  await expect(d1.check(never)).rejects.toMatchObject({
    code: 'D1_REFUSED',
    message: expect.stringContaining('damaged, or no database'),
  })
})

it('waits for another process to end its write', async () => {
  await using d1 = await open()
  await d1.check(never)
  const held = holdFile()
  setTimeout(held.release, 300)
  await d1.upsert([rowOf(1)], never)
  expect(await d1.read(null, 10, never)).toEqual([rowOf(1)])
})

it('does not wait for ever, and goes on afterwards', async () => {
  await using d1 = await open()
  await d1.check(never)
  const held = holdFile()
  await expect(d1.upsert([rowOf(1)], never)).rejects.toMatchObject({
    code: 'D1_UNAVAILABLE',
    message: 'Another process holds the file of D1.',
  })
  held.release()
  await d1.upsert([rowOf(1)], never)
  expect(await d1.read(null, 10, never)).toEqual([rowOf(1)])
})

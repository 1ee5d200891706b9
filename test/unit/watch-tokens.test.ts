import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { TokenFileError } from '../../src/auth/auth-errors.ts'
import { readTokenFile } from '../../src/auth/token-file.ts'
import { makeToken, printRecords, recordOf } from '../../src/auth/token-records.ts'
import { watchTokens } from '../../src/auth/watch-tokens.ts'
import { createLogLines } from '../support/log-lines.ts'

const token = makeToken()
let dir = ''
let file = ''
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'greenroom-tokens-'))
  file = path.join(dir, 'tokens.json')
  await writeFile(file, printRecords([recordOf(token, { name: 'somebody', role: 'viewer', expiresAt: null })]))
  await utimes(file, 1, 1)
})
afterEach(() => rm(dir, { recursive: true }))

it('a file that could not be read for a while lets those in again who are in it, though it has not changed', async () => {
  const said = createLogLines()
  const reading = vi.fn(readTokenFile)
  await using watched = await watchTokens(file, said.log, reading)
  reading.mockRejectedValue(new TokenFileError('It cannot be read (EMFILE).'))
  await utimes(file, 2, 2)
  while (watched.find(token)) await sleep(20)
  const tries = reading.mock.calls.length
  while (reading.mock.calls.length < tries + 2) await sleep(20)
  reading.mockImplementation(readTokenFile)
  while (!watched.find(token)) await sleep(20)
  // once, and not with every try
  expect(said.lines().map(({ msg }) => msg)).toEqual([
    'It cannot be read (EMFILE). Nobody is let in until they can.',
    'the tokens have changed',
  ])
})

it('a change is seen that leaves the size and the time of the file as they were', async () => {
  await using watched = await watchTokens(file, createLogLines().log)
  const before = await stat(file)
  await writeFile(file, (await readFile(file, 'utf8')).replace('"viewer"', '"editor"'))
  await utimes(file, 1, 1)
  const after = await stat(file)
  expect([after.ino, after.size, after.mtimeMs]).toEqual([before.ino, before.size, before.mtimeMs])
  while (watched.find(token)?.role !== 'editor') await sleep(20)
})

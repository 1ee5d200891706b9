import { chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TokenFileError } from '../../src/auth/auth-errors.ts'
import { changeTokenFile, readTokenFile } from '../../src/auth/token-file.ts'
import { makeToken, parseRecords, printRecords, recordOf, type TokenRecord } from '../../src/auth/token-records.ts'
import { createTokens } from '../../src/auth/tokens.ts'
import { hasRole, roles } from '../../src/auth/viewer.ts'

const options = { name: 'somebody', role: 'viewer', expiresAt: null } as const

it('a role may do what those before it may, and no more', () => {
  expect(roles.map((role) => roles.filter((needed) => hasRole(role, needed)).length)).toEqual([1, 2, 3])
  expect(hasRole('editor', 'viewer')).toBe(true)
  expect(hasRole('editor', 'admin')).toBe(false)
})

describe('a token', () => {
  it('has 256 bits, a name by which scanners find it, and is not in its record', () => {
    const token = makeToken()
    expect(token).toMatch(/^grn_[A-Za-z0-9_-]{43}$/)
    expect(makeToken()).not.toBe(token)
    const record = recordOf(token, options)
    expect(JSON.stringify(record)).not.toContain(token.slice(4))
    expect(record.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('is compared with all records in the same time, by digests of one length', async () => {
    const source = await readFile(new URL('../../src/auth/tokens.ts', import.meta.url), 'utf8')
    expect(source).toContain('entries.filter((entry) => timingSafeEqual(entry.digest, digest))')
    const token = makeToken()
    const tokens = createTokens([recordOf(makeToken(), options), recordOf(token, options)])
    for (const wrong of ['', 'x', token.slice(1), `${token}x`, 'x'.repeat(10_000), 'ä']) {
      expect(tokens.find(wrong)).toBeNull()
    }
    expect(tokens.find(token)).toMatchObject({ name: 'somebody', role: 'viewer' })
  })

  it('does not hold once it is revoked or has expired', () => {
    const token = makeToken()
    const record = recordOf(token, options)
    const moment = new Date(Date.now() - 1).toISOString()
    expect(createTokens([{ ...record, revokedAt: moment }]).find(token)).toBeNull()
    expect(createTokens([{ ...record, expiresAt: moment }]).find(token)).toBeNull()
  })

  it('is ended when it is revoked, when its role changes or its record goes, and not when others do', () => {
    const [kept, changed] = [makeToken(), makeToken()]
    const [ofKept, ofChanged] = [recordOf(kept, options), recordOf(changed, options)]
    const changes: TokenRecord[][] = [
      [],
      [{ ...ofChanged, role: 'admin' }],
      [{ ...ofChanged, revokedAt: new Date().toISOString() }],
    ]
    for (const change of changes) {
      const tokens = createTokens([ofKept, ofChanged])
      const viewers = [tokens.find(kept), tokens.find(changed)]
      tokens.replace([...change, ofKept])
      expect(viewers.map((viewer) => viewer?.isCurrent())).toEqual([true, false])
      expect(viewers.map((viewer) => viewer?.ended.aborted)).toEqual([false, true])
      expect(tokens.find(kept)).toBe(viewers[0])
    }
  })
})

it('a token that is known twice is ended for both', () => {
  const token = makeToken()
  const record = recordOf(token, options)
  const tokens = createTokens([record, record])
  const viewer = tokens.find(token)
  tokens.replace([])
  expect([viewer?.isCurrent(), tokens.find(token)]).toEqual([false, null])
})

describe('the file of the tokens', () => {
  let dir = ''
  let file = ''
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'greenroom-tokens-'))
    file = path.join(dir, 'below', 'tokens.json')
  })
  afterEach(() => rm(dir, { recursive: true }))

  const add = (name: string) => {
    const record = recordOf(makeToken(), { ...options, name })
    return changeTokenFile(file, (records) => ({ records: [...records, record], result: null }))
  }

  it('is its owner’s alone to read, and loses nothing when many change it at once', async () => {
    const names = Array.from({ length: 8 }, (_each, index) => `n${index}`)
    await Promise.all(names.map(add))
    const records = await readTokenFile(file)
    expect(records?.map(({ name }) => name).sort()).toEqual(names)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(path.dirname(file))).toEqual(['tokens.json'])
  })

  it('stays its owner’s when root changes it', async () => {
    await add('first')
    // only root can give it to somebody else; for others it stays theirs
    const uid = process.getuid?.() === 0 ? 12_345 : (process.getuid?.() ?? 0)
    await chown(file, uid, (await stat(file)).gid)
    await add('second')
    expect(await stat(file)).toMatchObject({ uid })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('says in a sentence when it cannot be written', async () => {
    await writeFile(path.dirname(file), '')
    await expect(add('first')).rejects.toThrow('cannot be written (ENOTDIR)')
    await expect(add('first')).rejects.toBeInstanceOf(TokenFileError)
  })

  it('stays as it is when a change fails', async () => {
    await add('first')
    const fail = () => {
      throw new Error('no')
    }
    await expect(changeTokenFile(file, fail)).rejects.toThrow('no')
    await add('second')
    expect((await readTokenFile(file))?.length).toBe(2)
  })

  it('is none without a file, and is not taken when anything in it is not understood', async () => {
    expect(await readTokenFile(file)).toBeNull()
    await add('first')
    const [record] = (await readTokenFile(file)) ?? []
    const { expiresAt: _end, ...without } = record as TokenRecord
    for (const wrong of [
      { ...record, expiersAt: '2020-01-01T00:00:00Z' },
      { ...record, role: 'root' },
      { ...record, hash: 'x' },
      [record, { ...record, hash: '0'.repeat(64) }],
      [record, { ...record, id: 'another' }],
    ]) {
      await writeFile(file, JSON.stringify({ version: 1, tokens: [wrong].flat() }))
      await expect(readTokenFile(file)).rejects.toThrow('cannot be read (it is no file of tokens)')
    }
    expect(parseRecords(printRecords([without as TokenRecord]))).toEqual([record])
  })
})

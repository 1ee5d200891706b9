import { once } from 'node:events'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { describe, expect, it } from 'vitest'
import { createSessions, sessionSeconds } from '../../src/auth/sessions.ts'
import { digestOf, makeToken, recordOf } from '../../src/auth/token-records.ts'
import { createTokens } from '../../src/auth/tokens.ts'
import { type Bell, createBell } from '../../src/services/bell.ts'
import { createSessionRows } from '../../src/services/session-rows.ts'
import { createEngine } from '../support/engine.ts'
import { eventually } from '../support/eventually.ts'

/** Tokens of two people, and any number of servers that know them. */
async function openServers() {
  const resources = new AsyncDisposableStack()
  const { db } = resources.use(await createEngine())
  const held = [makeToken(), makeToken()]
  const records = held.map((token) => recordOf(token, { name: 'somebody', role: 'viewer', expiresAt: null }))
  const tokens = createTokens(records)
  const [viewer, other] = held.map((token) => tokens.find(token))
  if (!viewer || !other) throw new Error('The tokens are not known.')

  function join(bell: Bell = createBell(), lookEveryMs = 60_000) {
    return resources.use(createSessions({ rows: createSessionRows({ db, bell }), tokens, lookEveryMs }))
  }
  return { db, tokens, records, viewer, other, join, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

describe('a session', () => {
  it('lasts twelve hours, and tells those who wait when it is over', async () => {
    await using servers = await openServers()
    const { db, viewer } = servers
    const sessions = servers.join()
    const before = Date.now()
    await sessions.start(viewer)
    const { expiresAt } = await db.session.findFirstOrThrow()
    expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before + sessionSeconds * 1000)
    const key = digestOf('nearly over').toString('hex')
    await db.session.create({ data: { key, tokenRecord: viewer.record, expiresAt: new Date(Date.now() + 1_500) } })
    await sessions.recall('nearly over')
    const found = sessions.find('nearly over')
    if (!found?.ended.aborted) await once(found?.ended ?? AbortSignal.abort(), 'abort')
    await sessions.recall('nearly over')
    expect(sessions.find('nearly over')).toBeNull()
  })

  it('is over when its token is, at a server that did not begin it too', async () => {
    await using servers = await openServers()
    const [here, there] = [servers.join(), servers.join()]
    const secret = await here.start(servers.viewer)
    await there.recall(secret)
    const found = there.find(secret)
    expect(found).toMatchObject({ id: servers.viewer.id, role: 'viewer' })
    servers.tokens.replace(servers.records.slice(1))
    expect([here.find(secret), there.find(secret), found?.ended.aborted]).toEqual([null, null, true])
    await there.recall(secret)
    expect(there.find(secret)).toBeNull()
  })

  it('is over everywhere when it is ended at one server, be it that the others only look', async () => {
    await using servers = await openServers()
    const bell = createBell()
    const [here, there, deaf] = [servers.join(bell), servers.join(bell), servers.join(createBell(), 20)]
    const secret = await here.start(servers.viewer)
    await Promise.all([there.recall(secret), deaf.recall(secret)])
    const ends = [there, deaf].map((sessions) => sessions.find(secret)?.ended)
    await here.end(secret)
    expect(ends[0]?.aborted).toBe(true)
    await eventually('the server that only looks has ended it', () => ends[1]?.aborted)
    await there.recall(secret)
    expect(there.find(secret)).toBeNull()
  })

  it('outlives the server that began it', async () => {
    await using servers = await openServers()
    const before = servers.join()
    const secret = await before.start(servers.viewer)
    before[Symbol.dispose]()
    const after = servers.join()
    expect(after.find(secret)).toBeNull()
    await after.recall(secret)
    expect(after.find(secret)).toMatchObject({ id: servers.viewer.id })
  })

  it('gives way to newer ones of its token when there are too many, and not to those of others', async () => {
    await using servers = await openServers()
    const sessions = servers.join()
    const secretOfOther = await sessions.start(servers.other)
    const secrets: string[] = []
    for (let count = 0; count < 21; count += 1) secrets.push(await sessions.start(servers.viewer))
    expect(secrets.filter((secret) => sessions.find(secret) === null)).toHaveLength(1)
    expect(sessions.find(secretOfOther)).not.toBeNull()
    expect(await servers.db.session.count()).toBe(21)
  })
})

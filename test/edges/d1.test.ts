import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Libsql from 'libsql'
import { afterAll, beforeAll } from 'vitest'
import { openD1 } from '../../src/services/d1/open-d1.ts'
import { describeD1 } from '../support/d1-contract.ts'
import { type D1Engine, startD1Engine } from '../support/d1-engine.ts'
import { startD1Server } from '../support/d1-server.ts'

const limits = { requestsPerSecond: 1_000 }

describeD1('the file of D1', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'greenroom-d1-'))
  const file = path.join(dir, 'private/d1.db')
  const d1 = await openD1({ file, cloudflare: null })
  return {
    d1,
    async execute(sql) {
      mkdirSync(path.dirname(file), { recursive: true })
      const other = new Libsql(file)
      try {
        const statement = other.prepare(sql)
        return sql.startsWith('SELECT') ? statement.all([]) : statement.run([])
      } finally {
        other.close()
      }
    },
    async broken() {
      writeFileSync(path.join(dir, 'no-folder'), '')
      return openD1({ file: path.join(dir, 'no-folder/d1.db'), cloudflare: null })
    },
    async [Symbol.asyncDispose]() {
      await d1[Symbol.asyncDispose]()
      await rm(dir, { recursive: true })
    },
  }
})

let engine: D1Engine
beforeAll(async () => {
  engine = await startD1Engine()
})
afterAll(() => engine[Symbol.asyncDispose]())

describeD1('D1 over the REST API', async () => {
  const server = await startD1Server(engine)
  const d1 = await openD1({ file: '', cloudflare: server.access, limits })
  return {
    d1,
    execute: (sql) => server.execute(sql),
    broken: () => openD1({ file: '', cloudflare: { ...server.access, token: 'another-token' }, limits }),
    async [Symbol.asyncDispose]() {
      await d1[Symbol.asyncDispose]()
      await server.execute('DROP TABLE IF EXISTS events')
      await server[Symbol.asyncDispose]()
    },
  }
})

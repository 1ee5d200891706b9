import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { PrismaClient } from '../../generated/d1/client.ts'
import { PrismaSqlite } from '../db/sqlite-client.ts'
import type { D1Backend } from './d1-backend.ts'

/** A file beside the database. It is opened with the first statement, and again where that failed. */
export function createEmbeddedBackend(file: string): D1Backend {
  let opened: Promise<PrismaClient> | null = null

  function open(): Promise<PrismaClient> {
    opened ??= connect(file).catch((error: unknown) => {
      opened = null
      throw error
    })
    return opened
  }

  return {
    place: `the file ${file}`,
    async run(task, signal) {
      const db = await open()
      // nothing below is interruptible, and nothing takes long
      signal.throwIfAborted()
      return task(db)
    },
    async [Symbol.asyncDispose]() {
      const db = await opened?.catch(() => null)
      await db?.$disconnect()
    },
  }
}

async function connect(file: string): Promise<PrismaClient> {
  mkdirSync(path.dirname(file), { recursive: true })
  const db = new PrismaClient({ adapter: new PrismaSqlite(file) })
  await db.$connect()
  return db
}

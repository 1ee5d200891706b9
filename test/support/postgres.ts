import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { migratePostgres } from '../../src/services/db/migrate.ts'
import { postgresFolder } from './installed.ts'

export interface Postgres {
  url: string
  stop(): Promise<void>
}

// durability is not what is tested on a server that is thrown away
const fast = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']

/** A throw-away server in a folder of its own, or null where none is installed. */
export async function startPostgres({ durable = false } = {}): Promise<Postgres | null> {
  if (!postgresFolder) return null
  const dir = mkdtempSync(path.join(tmpdir(), 'greenroom-pg-'))
  const owner = ownerOf(dir)
  const data = path.join(dir, 'data')
  const init = ['-D', data, '-U', 'app', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']
  execFileSync(`${postgresFolder}/initdb`, init, { ...owner, cwd: dir, stdio: 'ignore' })
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', ...(durable ? [] : fast)].flatMap((setting) => ['-c', setting])
  const child = spawn(`${postgresFolder}/postgres`, ['-D', data, '-p', String(port), '-k', dir, ...settings], {
    ...owner,
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (text) => String(text).includes('ready to accept connections') && resolve())
    child.once('exit', () => reject(new Error('PostgreSQL did not start.')))
  })
  return {
    url: `postgresql://app@127.0.0.1:${port}/postgres`,
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGQUIT')
      await exited
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL refuses to run as root, so then the folder and the process are the postgres user's. */
function ownerOf(dir: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const owner = { uid: id('-u'), gid: id('-g') }
  chownSync(dir, owner.uid, owner.gid)
  return owner
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** A database with every migration applied, of which others are made: a copy takes a third of the time. */
export const templateName = 'greenroom_template'

export async function createTemplate(serverUrl: string): Promise<void> {
  await onPostgres(serverUrl, `CREATE DATABASE ${templateName}`)
  const url = new URL(serverUrl)
  url.pathname = `/${templateName}`
  await migratePostgres(url.href, 'prisma/postgresql/migrations')
}

/** Runs a statement on a connection of its own. */
export async function onPostgres(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

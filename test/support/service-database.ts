import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { onPostgres, templateName } from './postgres.ts'

type Env = Record<string, string>

/** Of the server on which services keep their rows; empty: each has its SQLite file. */
const server = () => process.env.SERVICES_ON_POSTGRES ?? ''

const names = new Map<string, Promise<string>>()

/**
 * The environment of a service, with the database that belongs to its DATA_DIR, unless it names one. What a killed one
 * worked on becomes free with its lease, for which no test waits half a minute.
 */
export async function withDatabase(env: Env): Promise<Env> {
  const { DATA_DIR, DATABASE_URL } = env
  if (!server() || !DATA_DIR || DATABASE_URL) return env
  const folder = path.resolve(DATA_DIR)
  const name = names.get(folder) ?? create()
  names.set(folder, name)
  const url = new URL(server())
  url.pathname = `/${await name}`
  return { LEASE_SECONDS: '10', ...env, DATABASE_URL: url.href }
}

async function create(): Promise<string> {
  const name = `service_${randomUUID().replaceAll('-', '')}`
  await onPostgres(server(), `CREATE DATABASE ${name} TEMPLATE ${templateName}`)
  return name
}

/** Removes those of services that had their data below this folder. */
export async function dropDatabases(dir: string): Promise<void> {
  for (const [folder, name] of names) {
    if (folder !== dir && !folder.startsWith(`${dir}${path.sep}`)) continue
    names.delete(folder)
    await onPostgres(server(), `DROP DATABASE ${await name} WITH (FORCE)`)
  }
}

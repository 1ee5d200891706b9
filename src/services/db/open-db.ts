import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { OperatorError } from '../../errors.ts'
import { type Prisma, PrismaClient as SqliteClient } from '../../generated/sqlite/client.ts'
import { packageRoot } from '../../package-root.ts'
import { migratePostgres, migrateSqlite } from './migrate.ts'
import { ownDatabaseFile } from './owner-lock.ts'
import { PrismaSqlite } from './sqlite-client.ts'
import { createStatementNames } from './statement-names.ts'

// Prisma's query compiler is WebAssembly, and V8 would optimise much of what it runs only once, at the start: a second of
// CPU. What is run again and again is optimised later; nothing gets slower (measured).
setFlagsFromString('--wasm-tiering-budget=100000000')

/**
 * The one client type of the application. Types come from the SQLite client, whose inputs are the narrower of the two
 * (no `mode`, no `skipDuplicates`), so what compiles against it also runs on PostgreSQL.
 */
export type Db = SqliteClient
export type Tx = Prisma.TransactionClient
export type Provider = 'sqlite' | 'postgresql'

export interface OpenDb extends AsyncDisposable {
  db: Db
  provider: Provider
}

export class FolderError extends OperatorError {
  override readonly name = 'FolderError'
  constructor(dir: string, cause: NodeJS.ErrnoException) {
    super(`The folder ${dir} cannot be made (${cause.code}). Choose another DATA_DIR.`, { cause })
  }
}

export class DatabaseUnavailableError extends OperatorError {
  override readonly name = 'DatabaseUnavailableError'
  constructor(cause: Error & { code?: string }) {
    super(`PostgreSQL at DATABASE_URL does not answer as it should: ${cause.message || cause.code}.`, { cause })
  }
}

const options = {
  transactionOptions: { maxWait: 10_000, timeout: 10_000 },
  // for who listens: a log at level trace, tests that count
  log: [{ emit: 'event', level: 'query' }],
} as const satisfies Partial<Prisma.PrismaClientOptions>
const migrationsOf = (provider: Provider) => fileURLToPath(new URL(`prisma/${provider}/migrations`, packageRoot))

/**
 * Opens `file:` or `postgresql:`, the latter with at most so many connections, with every migration applied. A SQLite
 * file is locked for this process alone.
 */
export async function openDb(url: string, connections = 10): Promise<OpenDb> {
  return url.startsWith('file:') ? openSqlite(url.slice('file:'.length)) : openPostgres(url, connections)
}

async function openSqlite(file: string): Promise<OpenDb> {
  makeFolder(path.dirname(file))
  const lock = ownDatabaseFile(file)
  try {
    migrateSqlite(file, migrationsOf('sqlite'))
    const db = new SqliteClient({ adapter: new PrismaSqlite(file), ...options })
    return {
      db,
      provider: 'sqlite',
      async [Symbol.asyncDispose]() {
        await db.$disconnect()
        lock[Symbol.dispose]()
      },
    }
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
  } catch (cause) {
    throw new FolderError(dir, cause as NodeJS.ErrnoException)
  }
}

/** What takes longer is given up by the server, and its locks with it, whatever became of the process that asked; ms. */
const timeouts = { statement_timeout: 30_000, idle_in_transaction_session_timeout: 30_000 }

async function openPostgres(connectionString: string, connections: number): Promise<OpenDb> {
  await migratePostgres(connectionString, migrationsOf('postgresql')).catch((cause: Error & { code?: string }) => {
    throw cause.name === 'MigrationError' ? cause : new DatabaseUnavailableError(cause)
  })
  // only where it is used: two clients cost memory
  const [{ PrismaClient: PostgresClient }, { PrismaPg }] = await Promise.all([
    import('../../generated/postgresql/client.ts'),
    import('@prisma/adapter-pg'),
  ])
  const client = new PostgresClient({
    adapter: new PrismaPg(
      { connectionString, max: connections, application_name: 'greenroom', keepAlive: true, ...timeouts },
      { statementNameGenerator: createStatementNames() },
    ),
    ...options,
  })
  return {
    db: client as unknown as Db,
    provider: 'postgresql',
    async [Symbol.asyncDispose]() {
      await client.$disconnect()
    },
  }
}

import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { type Client, type InStatement, type InValue, LibsqlError, type ResultSet } from '@libsql/client'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import Libsql from 'libsql'

const busyTimeoutMs = 5_000
const cachedStatements = 200

// what libsql throws when it has no number for the text
const rawCodes: Record<string, number> = {
  SQLITE_BUSY: 5,
  SQLITE_BUSY_SNAPSHOT: 517,
  SQLITE_CONSTRAINT: 19,
  SQLITE_CONSTRAINT_FOREIGNKEY: 787,
  SQLITE_CONSTRAINT_NOTNULL: 1299,
  SQLITE_CONSTRAINT_PRIMARYKEY: 1555,
  SQLITE_CONSTRAINT_UNIQUE: 2067,
}
const busy = 5

interface Prepared {
  statement: Libsql.Statement
  reader: boolean
  columns: string[]
  columnTypes: string[]
}

/**
 * One persistent libSQL connection in the shape Prisma's adapter asks for. The stock client opens a new connection
 * for each transaction (its PRAGMAs are lost), begins DEFERRED, prepares every statement anew and has no busy
 * timeout. The adapter's own mutex covers a whole transaction, so one connection is enough and nothing that is
 * outside of a transaction can slip into it.
 */
class SingleConnection {
  closed = false
  readonly protocol = 'file'
  readonly #db: Libsql.Database
  readonly #cache = new Map<string, Prepared>()

  constructor(file: string) {
    this.#db = new Libsql(file, { timeout: busyTimeoutMs })
    this.#db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5')
    const mode = this.#db.prepare('PRAGMA journal_mode').get() as { journal_mode: string }
    if (mode.journal_mode !== 'wal') {
      throw new Error(`${file} cannot be put in WAL mode (it is in ${mode.journal_mode}); is it on a network disk?`)
    }
  }

  execute(statement: InStatement): Promise<ResultSet> {
    return this.#patiently(() => this.#run(statement))
  }

  async transaction() {
    // everything here is synchronous below its promises: without a pause, a chain of transactions would hold the event
    // loop from its first to its last
    await setImmediate()
    await this.#patiently(() => this.#run('BEGIN IMMEDIATE'))
    return {
      execute: (statement: InStatement) => this.execute(statement),
      commit: async () => void this.#run('COMMIT'),
      rollback: async () => {
        if (this.#db.inTransaction) this.#run('ROLLBACK')
      },
    }
  }

  async executeMultiple(sql: string): Promise<void> {
    this.#cache.clear()
    this.#db.exec(sql)
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.#cache.clear()
    this.#db.close()
  }

  #run(input: InStatement): ResultSet {
    const { sql, args = [] } = typeof input === 'string' ? { sql: input } : input
    try {
      const { statement, reader, columns, columnTypes } = this.#prepare(sql)
      const values = (args as InValue[]).map(toSqlite)
      // as one list: a lone null or blob is taken for named parameters
      const rows = reader ? statement.all(values) : []
      const rowsAffected = reader ? 0 : statement.run(values).changes
      return { columns, columnTypes, rows, rowsAffected } as unknown as ResultSet
    } catch (error) {
      const { message, code = 'SQLITE_ERROR', rawCode } = error as LibsqlError
      throw new LibsqlError(message, code, undefined, rawCode ?? rawCodes[code] ?? 1, error as Error)
    }
  }

  #prepare(sql: string): Prepared {
    const known = this.#cache.get(sql)
    if (known) {
      this.#cache.delete(sql)
      this.#cache.set(sql, known)
      return known
    }
    const statement = this.#db.prepare(sql)
    statement.safeIntegers(true)
    const reader = returnsRows(statement)
    const columns = reader ? statement.columns() : []
    const prepared = {
      statement,
      reader,
      columns: columns.map((column) => column.name),
      columnTypes: columns.map((column) => column.type ?? ''),
    }
    this.#cache.set(sql, prepared)
    const [oldest] = this.#cache.keys()
    if (this.#cache.size > cachedStatements && oldest !== undefined) this.#cache.delete(oldest)
    return prepared
  }

  /**
   * Waits for another process's write lock without blocking: SQLite's own busy handler sleeps the thread and with
   * it the event loop (measured: p99 360 ms, against 45 ms this way).
   */
  async #patiently(operation: () => ResultSet): Promise<ResultSet> {
    const end = Date.now() + busyTimeoutMs
    for (let waitMs = 2; ; waitMs = Math.min(waitMs * 2, 50)) {
      try {
        return operation()
      } catch (error) {
        const isBusy = error instanceof LibsqlError && ((error.rawCode ?? 0) & 255) === busy
        if (!isBusy || this.#db.inTransaction || Date.now() > end) throw error
      }
      await sleep(waitMs * (0.5 + Math.random()))
    }
  }
}

function toSqlite(value: InValue): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0
  return value instanceof ArrayBuffer ? Buffer.from(value) : value
}

/** libsql tells readers from writers only by refusing raw mode for the latter. */
function returnsRows(statement: Libsql.Statement): boolean {
  try {
    statement.raw(true)
    return true
  } catch {
    return false
  }
}

/** The driver adapter for `new PrismaClient`; `file` is a path. */
export class PrismaSqlite extends PrismaLibSql {
  constructor(file: string) {
    super({ url: file })
  }
  override createClient({ url }: { url: string }): Client {
    return new SingleConnection(url) as unknown as Client
  }
}

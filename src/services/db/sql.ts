import { Prisma } from '../../generated/sqlite/client.ts'
import type { Provider } from './open-db.ts'

type EnumName = 'TaskStatus' | 'TaskStage' | 'RunStatus'

/** The few words of SQL in which the two databases differ. */
export interface Dialect {
  /** an enum value as a literal, not as a parameter, or SQLite could not use a partial index */
  value(type: EnumName, value: string): Prisma.Sql
  newId: Prisma.Sql
  /** ends a subselect that picks a row to update: leave rows that another transaction holds */
  skipLocked: Prisma.Sql
  /** rows that one statement may look through or write: SQLite holds the event loop as long as it is at it */
  rowsAtOnce: { read: number; write: number }
}

export const dialects: Record<Provider, Dialect> = {
  sqlite: {
    value: (_type, value) => Prisma.raw(`'${value}'`),
    newId: Prisma.sql`lower(hex(randomblob(16)))`,
    // one writer at a time
    skipLocked: Prisma.empty,
    rowsAtOnce: { read: 5_000, write: 500 },
  },
  postgresql: {
    value: (type, value) => Prisma.raw(`'${value}'::"${type}"`),
    newId: Prisma.sql`gen_random_uuid()::text`,
    skipLocked: Prisma.sql`FOR UPDATE SKIP LOCKED`,
    rowsAtOnce: { read: Number.POSITIVE_INFINITY, write: 5_000 },
  },
}

/** A unique index refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false
  // raw SQL fails as P2010, whatever the cause
  const { driverAdapterError } = (error.meta ?? {}) as { driverAdapterError?: { cause?: { kind?: string } } }
  return error.code === 'P2002' || driverAdapterError?.cause?.kind === 'UniqueConstraintViolation'
}

/** The database is away, busy or out of time: what failed may work later. A row that is refused is no such trouble. */
export function isDatabaseTrouble(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError) return !['P2002', 'P2003', 'P2025'].includes(error.code)
  return (
    error instanceof Prisma.PrismaClientUnknownRequestError ||
    error instanceof Prisma.PrismaClientInitializationError ||
    (error instanceof Error && error.name === 'DriverAdapterError')
  )
}

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'

interface SchemaFile {
  path: string
  content: string
}

type DiffTarget =
  | { tag: 'empty' }
  | { tag: 'schemaDatamodel' | 'schemaDatasource'; files: SchemaFile[]; configDir?: string }

export interface SchemaEngine {
  diff(input: {
    from: DiffTarget
    to: DiffTarget
    script: boolean
    exitCode: boolean | null
    filters: { externalTables: string[]; externalEnums: string[] }
  }): Promise<{ exitCode: number; stdout: string | null }>
  free(): void
}

export const noFilters = { externalTables: [], externalEnums: [] }

// once: the bindings keep the instance in a module variable, so a second one would break the first
const loadEngine = loadOnce()

/** Prisma's schema engine in its WebAssembly build: no native binary and no download. */
export async function openSchemaEngine(
  factory: SqlMigrationAwareDriverAdapterFactory,
  files: SchemaFile[],
): Promise<SchemaEngine> {
  const { SchemaEngine } = await loadEngine
  const datamodels = files.map((file) => [file.path, file.content])
  return SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory))
}

async function loadOnce() {
  const runtime = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const packageEntry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')
  const wasm = readFileSync(path.join(path.dirname(packageEntry), 'schema_engine_bg.wasm'))
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
    './schema_engine_bg.js': runtime as unknown as WebAssembly.ModuleImports,
  })
  runtime.__wbg_set_wasm(instance.exports)
  ;(instance.exports.__wbindgen_start as () => void)()
  return runtime
}

/** Answers the one question the engine asks when it compares two schemas: which server it is. Touches no database. */
export function offlineAdapter(provider: 'sqlite' | 'postgres'): SqlMigrationAwareDriverAdapterFactory {
  const adapter = {
    provider,
    adapterName: 'offline',
    dispose: async () => {},
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    executeRaw: async () => 0,
    executeScript: async () => {},
    startTransaction: () => Promise.reject(new Error('there is no database')),
    queryRaw: async () => ({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, 'PostgreSQL 15.0', 150_000]],
    }),
  }
  return { provider, adapterName: 'offline', connect: async () => adapter, connectToShadowDb: async () => adapter }
}

/** Every .prisma file under a provider's folder, models included, in a stable order. */
export function readSchema(dir: string): SchemaFile[] {
  return readdirSync(dir)
    .sort()
    .flatMap((entry) => {
      const file = path.join(dir, entry)
      if (entry.endsWith('.prisma')) return [{ path: file, content: readFileSync(file, 'utf8') }]
      return entry !== 'migrations' && statSync(file).isDirectory() ? readSchema(file) : []
    })
}

import { defineConfig } from 'prisma/config'

// `prisma generate` checks that a schema engine exists and never runs it, so any existing file will do.
// Migrations are written by tools/migrate.ts and applied by src/services/db/migrate.ts.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath
process.env.CHECKPOINT_DISABLE ??= '1'

const provider = process.env.DB_PROVIDER ?? 'sqlite'

export default defineConfig({
  schema: `prisma/${provider}`,
  migrations: { path: `prisma/${provider}/migrations` },
})

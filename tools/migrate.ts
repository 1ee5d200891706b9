// npm run migrate:new -- NAME   writes a migration for both databases from what changed in prisma/models
// npm run migrate:check         exits 1 when the models changed without one
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { noFilters, offlineAdapter, openSchemaEngine, readSchema } from './schema-engine.ts'

const [command, name = ''] = process.argv.slice(2)
if (command !== 'check' && !(command === 'new' && /^[a-z0-9_]+$/.test(name))) {
  throw new Error('usage: migrate.ts check | migrate.ts new NAME (lower case, digits, underscores)')
}

const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)

for (const [provider, engineName] of [
  ['sqlite', 'sqlite'],
  ['postgresql', 'postgres'],
] as const) {
  const migrations = path.join('prisma', provider, 'migrations')
  // the models as the last migration left them; not named .prisma, or the schema loader would read it
  const snapshot = path.join(migrations, 'schema.snapshot')
  const files = readSchema(path.join('prisma', provider))
  const engine = await openSchemaEngine(offlineAdapter(engineName), files)
  const { stdout: sql } = await engine.diff({
    from: existsSync(snapshot)
      ? { tag: 'schemaDatamodel', files: [{ path: 'snapshot.prisma', content: readFileSync(snapshot, 'utf8') }] }
      : { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: noFilters,
  })
  engine.free()
  if (!sql || sql.startsWith('-- This is an empty migration')) {
    console.info(`${provider}: no change`)
    continue
  }
  if (command === 'check') {
    console.error(`${provider}: the models changed without a migration; run npm run migrate:new -- NAME\n${sql}`)
    process.exitCode = 1
    continue
  }
  const target = path.join(migrations, `${stamp}_${name}`)
  mkdirSync(target, { recursive: true })
  writeFileSync(path.join(target, 'migration.sql'), sql)
  writeFileSync(path.join(migrations, 'migration_lock.toml'), `provider = "${provider}"\n`)
  writeFileSync(snapshot, files.map((file) => file.content).join('\n'))
  console.info(`${provider}: wrote ${target}/migration.sql`)
}

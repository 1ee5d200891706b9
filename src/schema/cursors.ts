import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  PothosValidationError,
  type SchemaTypes,
} from '@pothos/core'

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      cursors: CursorsPlugin<Types>
    }
  }
}

/**
 * Refuses a cursor that this API cannot have given: all of ours are ids, which are text. The Prisma plugin also reads
 * numbers, dates and JSON in them, at which the database client then fails as if it were our fault.
 */
class CursorsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>) {
    if ('after' in config.args && 'before' in config.args) config.argMappers.push(checkCursors)
    return config
  }
}

function checkCursors(args: Record<string, unknown>): Record<string, unknown> {
  for (const cursor of [args.after, args.before]) {
    if (typeof cursor === 'string' && !isOurs(cursor)) throw new PothosValidationError(`Invalid cursor: ${cursor}`)
  }
  return args
}

/** NUL: PostgreSQL takes no text that has one. */
const isOurs = (cursor: string) => /^GPC:S:[^\0]+$/s.test(Buffer.from(cursor, 'base64').toString())

SchemaBuilder.registerPlugin('cursors', CursorsPlugin)

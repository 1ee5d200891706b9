// @prisma/schema-engine-wasm ships no types for its entry point.
declare module '@prisma/schema-engine-wasm/schema_engine_bg' {
  import type { SchemaEngine as Engine } from './schema-engine.ts'

  export function __wbg_set_wasm(exports: WebAssembly.Exports): void
  export const SchemaEngine: {
    new: (options: unknown, log: (line: string) => void, adapter: unknown) => Promise<Engine>
  }
}

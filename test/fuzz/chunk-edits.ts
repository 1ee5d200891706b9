import type { EditFile } from './byte-edits.ts'

/** A piece of a file that says what it is and how long: a chunk of PNG and WebP, a segment of JPEG. */
export interface Chunk {
  /** in latin1; of a JPEG the second byte of the marker */
  type: string
  data: Buffer
  /** instead of the right ones */
  length?: number
  checksum?: number
}

export interface Format {
  /** null: it is no such file any more */
  read(file: Buffer): Chunk[] | null
  /** with what else there is in the file that they were read from */
  write(chunks: readonly Chunk[], file: Buffer): Buffer
}

/** What a format may be broken with. */
interface Means {
  lengths: readonly number[]
  types: readonly string[]
  added: readonly Chunk[]
}

export const pick = <T>(list: readonly T[], how: number) => list[how % list.length] as T

export const onChunks =
  ({ read, write }: Format, change: (chunks: Chunk[], at: number, how: number) => Chunk[]): EditFile =>
  (file, where, how) => {
    const chunks = read(file)
    return chunks ? write(change(chunks, where % chunks.length, how), file) : file
  }

/** One chunk, by those that take its place. */
export const onChunk = (format: Format, change: (chunk: Chunk, how: number) => Chunk[]): EditFile =>
  onChunks(format, (chunks, at, how) => chunks.flatMap((chunk, index) => (index === at ? change(chunk, how) : [chunk])))

const timesIn = ({ data }: Chunk, bytes: number) => Math.floor(bytes / (data.length + 1))

/** What goes wrong with any file of chunks, by names that begin with that of the format. */
export function createChunkEdits(name: string, format: Format, { lengths, types, added }: Means) {
  const edits: Record<string, EditFile> = {
    Length: onChunk(format, (chunk, how) => {
      const near = [-1, 1, 3].map((more) => chunk.data.length + more)
      return [{ ...chunk, length: pick([...near, ...lengths], how) }]
    }),
    Type: onChunk(format, (chunk, how) => [{ ...chunk, type: pick(types, how) }]),
    Shorten: onChunk(format, (chunk, how) => [
      { ...chunk, data: chunk.data.subarray(0, how % (chunk.data.length + 1)) },
    ]),
    Drop: onChunk(format, () => []),
    Twice: onChunk(format, (chunk) => [chunk, chunk]),
    Many: onChunk(format, (chunk, how) => Array<Chunk>(1 + Math.min(how % 500, timesIn(chunk, 4_000_000))).fill(chunk)),
    Add: onChunk(format, (chunk, how) => [pick(added, how), chunk]),
    Move: onChunks(format, (chunks, at, how) =>
      chunks.toSpliced(at, 1).toSpliced(how % chunks.length, 0, ...chunks.slice(at, at + 1)),
    ),
  }
  return Object.fromEntries(Object.entries(edits).map(([edit, change]) => [`${name}${edit}`, change]))
}

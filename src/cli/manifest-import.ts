import path from 'node:path'
import type { Api } from './api.ts'
import { type Collection, readCollection } from './collection.ts'
import { printable, table } from './format.ts'
import { type Sending, type SendSummary, sendPictures } from './send-pictures.ts'

/** What a collection's pictures are made into, unless told. */
const defaultRecipes = ['artist']

/** Venue tags come from the manifest, so a wrong one is the matter of its picture. */
const commonMistakes = ['UNKNOWN_RECIPE']

export interface ImportSummary {
  sent: SendSummary
  /** counts, for people */
  text: string
  failed: number
}

/** Sends every picture of a collection that is there, the largest file of each. Throws ApiError when nothing can be. */
export async function importCollection(
  api: Api,
  folder: string,
  recipes: string[] = defaultRecipes,
  signal: AbortSignal,
  output: NodeJS.WriteStream,
): Promise<ImportSummary> {
  const collection = await readCollection(folder)
  for (const line of remarks(collection)) output.write(`${line}\n`)
  const sent = await sendPictures(api, sendingsOf(collection, recipes), { commonMistakes, signal })
  const failed = sent.failed + collection.problems.length
  const known = sent.known
  return {
    sent,
    failed,
    text: count(collection, { adopted: sent.imageIds.length - known, 'already known': known, failed }),
  }
}

/** What an import would do, for people. */
export async function previewImport(folder: string): Promise<{ text: string; failed: number }> {
  const collection = await readCollection(folder)
  const rows = collection.pictures.map(({ files, artist, venueTag }) => [
    printable(path.relative(folder, files[0] ?? '')),
    printable(artist),
    venueTag ?? 'none',
  ])
  const failed = collection.problems.length
  const counts = count(collection, { 'would be sent': rows.length, failed })
  return { text: [...remarks(collection), table(['file', 'artist', 'venue'], rows), '', counts].join('\n'), failed }
}

function sendingsOf({ pictures }: Collection, recipes: string[]): Sending[] {
  return pictures.flatMap(({ files: [first, ...others], artist, venueTag }) =>
    first ? [{ files: [first, ...others] as const, artist, venueTag, recipes }] : [],
  )
}

function remarks({ missing, problems, notes }: Collection): string[] {
  return [
    ...problems.map((problem) => `✗ ${problem}`),
    ...missing.map((file) => `– ${file} is missing.`),
    ...notes.map((note) => `– ${note}`),
  ].map(printable)
}

function count(
  { filesSeen, uniqueFiles, missing }: Collection,
  { failed, ...outcome }: Record<string, number>,
): string {
  const counts = { 'files seen': filesSeen, 'unique files': uniqueFiles, ...outcome, missing: missing.length, failed }
  return Object.entries(counts)
    .map(([what, number]) => `${what.padEnd(14)}${number}`)
    .join('\n')
}

import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { multipart } from '../test/support/client.ts'
import { createDataDir, type Server, startServer } from '../test/support/server.ts'
import { median, print, timed } from './figures.ts'
import type { BenchOptions } from './options.ts'
import { residentMb } from './processes.ts'

const files = 20
const side = 1_860
const mebibyte = 1024 * 1024

/** A PNG of noise, just below 10 MiB, unlike any other. */
function noise(): Promise<Buffer> {
  const raw = { width: side, height: side, channels: 3 as const }
  return sharp(randomBytes(side * side * 3), { raw })
    .png({ compressionLevel: 0 })
    .toBuffer()
}

async function ask<T>(server: Server, query: string, variables: object): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ query, variables })
  const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body })
  return ((await response.json()) as { data: { answer: T } }).data.answer
}

const uploadMutation = `mutation ($input: UploadImageInput!) { answer: uploadImage(input: $input) { __typename } }`
const announceMutation = `mutation ($files: [FileToUploadInput!]!) {
  answer: createUploads(input: { files: $files }) {
    ... on CreateUploadsPayload { uploads { id url headers { name value } } }
  }
}`
const completeMutation = `mutation ($ids: [ID!]!) {
  answer: completeUploads(input: { ids: $ids, artistName: "Bench" }) { __typename ... on Error { message } }
}`

interface Announced {
  uploads: { id: string; url: string; headers: { name: string; value: string }[] }[]
}

async function sendDirectly(server: Server, pictures: Buffer[]): Promise<void> {
  const facts = pictures.map(({ byteLength }) => ({ filename: 'x.png', byteSize: byteLength, mimeType: 'image/png' }))
  const { uploads } = await ask<Announced>(server, announceMutation, { files: facts })
  const sent = uploads.map(async ({ url, headers }, index) => {
    const body = new Uint8Array(pictures[index] ?? [])
    const named = Object.fromEntries(headers.map(({ name, value }) => [name, value]))
    const { status } = await fetch(url, { method: 'PUT', headers: named, body })
    if (status !== 204) throw new Error(`A file was answered with ${status}.`)
  })
  await Promise.all(sent)
  const answer = await ask<{ __typename: string; message?: string }>(server, completeMutation, {
    ids: uploads.map(({ id }) => id),
  })
  if (answer.__typename !== 'StartRunPayload') throw new Error(answer.message)
}

async function sendMultipart(server: Server, pictures: Buffer[]): Promise<void> {
  const sent = pictures.map(async (picture) => {
    const body = multipart(uploadMutation, { artistName: 'Bench' }, picture, 'x.png')
    const headers = { 'x-graphql-yoga-csrf': '1' }
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body })
    const text = await response.text()
    if (!text.includes('UploadImagePayload')) throw new Error(text)
  })
  await Promise.all(sent)
}

/** Of a fresh service that takes files in and does nothing else. */
async function measure(send: (server: Server, pictures: Buffer[]) => Promise<void>, pictures: Buffer[]) {
  await using data = await createDataDir()
  await using server = await startServer(data.dir, { CONCURRENCY: '0' })
  await ask(server, '{ answer: __typename }', {})
  const before = residentMb(server.pid)
  let peak = before
  const sampling = setInterval(() => {
    peak = Math.max(peak, residentMb(server.pid))
  }, 20)
  const { ms } = await timed(() => send(server, pictures))
  clearInterval(sampling)
  return { before, peak, ms }
}

/** Peak memory of the service while 20 files of 10 MB arrive at once: sent directly, and as multipart requests. */
export async function benchUploads({ rounds = 3 }: BenchOptions): Promise<void> {
  const pictures = await Promise.all(Array.from({ length: files }, noise))
  const size = ((pictures[0]?.byteLength ?? 0) / mebibyte).toFixed(1)
  print(`uploads: ${files} files of ${size} MiB at once, nothing processed; median of ${rounds} rounds`)
  for (const [name, send] of [
    ['sent directly', sendDirectly],
    ['multipart', sendMultipart],
  ] as const) {
    const results: Awaited<ReturnType<typeof measure>>[] = []
    for (let round = 0; round < rounds; round += 1) results.push(await measure(send, pictures))
    const [before, peak, ms] = (['before', 'peak', 'ms'] as const).map((key) =>
      median(results.map((each) => each[key])),
    )
    print(
      `  ${name.padEnd(13)} RSS ${before?.toFixed(0)} -> ${peak?.toFixed(0)} MB (+${((peak ?? 0) - (before ?? 0)).toFixed(0)}), all accepted in ${ms?.toFixed(0)} ms`,
    )
  }
}

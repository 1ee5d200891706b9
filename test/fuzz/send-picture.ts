import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { multipart } from '../support/client.ts'
import { type Asked, ask } from './ask.ts'
import { knownCodes } from './expectations.ts'
import { FoundError, judgeAnswer, judgeText } from './judge.ts'

/** The three ways that a file comes in. */
export const ways = ['multipart', 'form', 'direct'] as const
export type Way = (typeof ways)[number]

export interface Sent {
  bytes: Buffer
  way: Way
  filename: string
  recipe: string
}

export interface Sender {
  /** Sends it, waits for the end and judges everything; returns how it ended, in a word. Throws FoundError. */
  send(sent: Sent): Promise<string>
}

/** How long it may take until a picture has come to its end, ms. */
const patienceMs = 120_000

const mutation = `mutation($input: UploadImageInput!) {
  answer: uploadImage(input: $input) {
    ... on UploadImagePayload { run { id } } ... on Error { code message }
  }
}`
const announcement = `mutation($file: FileToUploadInput!) {
  answer: createUploads(input: { files: [$file] }) {
    ... on CreateUploadsPayload { uploads { id url headers { name value } } } ... on Error { code message }
  }
}`
const completion = `mutation($ids: [ID!]!, $recipes: [String!]) {
  answer: completeUploads(input: { ids: $ids, artistName: "Carl Cox", recipes: $recipes }) {
    ... on StartRunPayload { run { id } } ... on Error { code message }
  }
}`
const ending = `query($id: ID!) {
  run(id: $id) {
    status outcome
    tasks { nodes { status errorCode errorMessage image { status variants { url byteSize } } } }
  }
}`

interface Answer {
  code?: string
  message?: string
  run?: { id: string }
  uploads?: { id: string; url: string; headers: { name: string; value: string }[] }[]
}

interface Run {
  status: string
  outcome: string | null
  tasks: {
    nodes: {
      status: string
      errorCode: string | null
      errorMessage: string | null
      image: { status: string; variants: { url: string; byteSize: number }[] } | null
    }[]
  }
}

export function createSender(asked: Asked): Sender {
  async function post(path: string, body: FormData) {
    const headers = { 'x-graphql-yoga-csrf': '1', connection: 'close', ...asked.headers }
    const response = await fetch(new URL(path, asked.url), { method: 'POST', headers, body })
    const answer = { status: response.status, body: await response.text() }
    judgeAnswer(path, answer)
    return answer
  }

  const senders: Record<Way, (sent: Sent) => Promise<string | { run: string }>> = {
    async multipart({ bytes, filename, recipe }) {
      const form = multipart(mutation, { artistName: 'Carl Cox', recipes: [recipe] }, bytes, filename)
      const answer = await post('/graphql', form)
      // beyond what is read at all
      if (answer.status === 413) return 'refused IMAGE_TOO_LARGE'
      return startedOr((JSON.parse(answer.body) as { data: { answer: Answer } }).data.answer)
    },
    async form({ bytes, filename }) {
      // a browser sends a field that nobody has filled in without a name, which is no file then
      const form = new FormData()
      form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), filename || 'photo.jpg')
      const answer = await post('/images/upload', form)
      const { job_id, detail } = JSON.parse(answer.body) as { job_id?: string; detail?: unknown }
      if (job_id) return { run: Buffer.from(`ProcessingRun:${job_id}`).toString('base64') }
      if (answer.status === 400 && typeof detail === 'string') return 'refused by the form'
      throw new FoundError(`The form was answered with ${answer.body}.`)
    },
    async direct({ bytes, filename, recipe }) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const file = { filename, byteSize: bytes.length, mimeType: mimeType(filename), sha256 }
      const created = (await ask<{ answer: Answer }>(asked, announcement, { file })).answer
      const target = created.uploads?.[0]
      if (!target) return startedOr(created)
      const headers = [['connection', 'close'], ...target.headers.map(({ name, value }) => [name, value])]
      const put = await fetch(target.url, {
        method: 'PUT',
        headers: Object.fromEntries(headers),
        body: new Uint8Array(bytes),
      })
      const text = await put.text()
      judgeAnswer('/uploads/', { status: put.status, body: text })
      if (put.status !== 204) throw new FoundError(`A file as announced was answered with ${put.status}: ${text}`)
      const completed = await ask<{ answer: Answer }>(asked, completion, { ids: [target.id], recipes: [recipe] })
      return startedOr(completed.answer)
    },
  }

  async function awaitEnd(id: string): Promise<Run> {
    const until = Date.now() + patienceMs
    for (;;) {
      const { run } = await ask<{ run: Run }>(asked, ending, { id })
      // the same bytes may be in work for somebody else
      const isInWork = run.tasks.nodes.some(({ image }) => image?.status === 'PROCESSING')
      if (['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(run.status) && !isInWork) return run
      if (Date.now() > until) throw new FoundError(`A picture is ${run.status} after ${patienceMs} ms.`)
      await sleep(20)
    }
  }

  async function describeEnd({ status, outcome, tasks }: Run): Promise<string> {
    const [task] = tasks.nodes
    if (!task) return outcome ?? status
    if (task.status === 'FAILED') return `${task.image?.status ?? 'failed'} ${codeOf(task)}`
    if (task.status === 'SKIPPED') return 'known'
    if (task.image?.status !== 'READY') throw new FoundError(`A picture is ${task.image?.status}: ${task.status}.`)
    for (const variant of task.image.variants.slice(0, 1)) await checkVariant(variant)
    return 'READY'
  }

  return {
    async send(sent) {
      const started = await senders[sent.way](sent)
      return typeof started === 'string' ? started : describeEnd(await awaitEnd(started.run))
    },
  }
}

/** Throws FoundError for a variant that is not served in full. */
async function checkVariant({ url, byteSize }: { url: string; byteSize: number }): Promise<void> {
  const response = await fetch(url, { headers: { connection: 'close' } })
  const served = (await response.arrayBuffer()).byteLength
  if (response.status === 200 && served === byteSize) return
  throw new FoundError(`A variant of ${byteSize} bytes is answered with ${response.status}, ${served} bytes.`)
}

/** Throws FoundError for a failure that is not the picture's. */
function codeOf({ errorCode, errorMessage }: Run['tasks']['nodes'][number]): string {
  judgeText(errorMessage ?? '')
  if (errorCode && knownCodes.has(errorCode) && errorCode !== 'POISON_IMAGE') return errorCode
  throw new FoundError(`A picture failed with the code ${errorCode}: ${errorMessage}`)
}

function startedOr({ run, code, message }: Answer): string | { run: string } {
  if (run) return { run: run.id }
  judgeText(message ?? '')
  if (!code || !knownCodes.has(code)) throw new FoundError(`A picture was refused with the code ${code}: ${message}`)
  return `refused ${code}`
}

const mimeType = (filename: string) =>
  filename.endsWith('.png') ? 'image/png' : filename.endsWith('.webp') ? 'image/webp' : 'image/jpeg'

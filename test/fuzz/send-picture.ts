import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
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

export interface Sender extends AsyncDisposable {
  /** Sends it, waits for the end and judges everything; returns how it ended, in a word. Throws FoundError. */
  send(sent: Sent): Promise<string>
}

/** How long it may take until a picture has come to its end, ms. */
const patienceMs = 120_000

const mutation = `mutation($file: File!, $recipes: [String!]) {
  answer: uploadImage(input: { file: $file, artistName: "Carl Cox", recipes: $recipes }) {
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

export function createSender(url: () => string): Sender {
  const dispatcher = new Agent()

  async function call(
    path: string,
    options: { method: string; headers?: Record<string, string>; body?: Buffer | string },
  ) {
    const { statusCode, body } = await request(new URL(path, url()), {
      ...options,
      method: options.method as 'GET',
      dispatcher,
    })
    const answer = { status: statusCode, body: Buffer.from(await body.arrayBuffer()).toString('utf8') }
    return answer
  }

  async function ask<T>(query: string, variables: object): Promise<T> {
    const headers = { 'content-type': 'application/json' }
    const answer = await call('/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
    judgeAnswer('/graphql', answer)
    return (JSON.parse(answer.body) as { data: T }).data
  }

  const senders: Record<Way, (sent: Sent) => Promise<string | { run: string }>> = {
    async multipart({ bytes, filename, recipe }) {
      const operations = JSON.stringify({ query: mutation, variables: { file: null, recipes: [recipe] } })
      const parts = [field('operations', operations), field('map', '{"0":["variables.file"]}')]
      const body = form([...parts, file('0', filename, bytes)])
      const answer = await call('/graphql', {
        method: 'POST',
        headers: { ...formType, 'x-graphql-yoga-csrf': '1' },
        body,
      })
      judgeAnswer('/graphql', answer)
      // beyond what is read at all
      if (answer.status === 413) return 'refused IMAGE_TOO_LARGE'
      return startedOr((JSON.parse(answer.body) as { data: { answer: Answer } }).data.answer)
    },
    async form({ bytes, filename }) {
      const answer = await call('/images/upload', {
        method: 'POST',
        headers: formType,
        body: form([file('file', filename, bytes)]),
      })
      judgeAnswer('/images/upload', answer)
      const { job_id, detail } = JSON.parse(answer.body) as { job_id?: string; detail?: unknown }
      if (job_id) return { run: Buffer.from(`ProcessingRun:${job_id}`).toString('base64') }
      if (answer.status !== 400 || typeof detail !== 'string')
        throw new FoundError(`The form was answered with ${answer.body}.`)
      return 'refused by the form'
    },
    async direct({ bytes, filename, recipe }) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const announced = { filename, byteSize: bytes.length, mimeType: mimeType(filename), sha256 }
      const created = (await ask<{ answer: Answer }>(announcement, { file: announced })).answer
      const target = created.uploads?.[0]
      if (!target) return startedOr(created)
      const headers = Object.fromEntries(target.headers.map(({ name, value }) => [name, value]))
      const put = await call(new URL(target.url).pathname, { method: 'PUT', headers, body: bytes })
      judgeAnswer('/uploads/', put)
      if (put.status !== 204) throw new FoundError(`A file as announced was answered with ${put.status}: ${put.body}`)
      return startedOr((await ask<{ answer: Answer }>(completion, { ids: [target.id], recipes: [recipe] })).answer)
    },
  }

  async function awaitEnd(id: string): Promise<Run> {
    const until = Date.now() + patienceMs
    for (;;) {
      const { run } = await ask<{ run: Run }>(ending, { id })
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

  async function checkVariant({ url: address, byteSize }: { url: string; byteSize: number }): Promise<void> {
    const { statusCode, headers, body } = await request(address, { dispatcher })
    await body.dump()
    if (statusCode !== 200 || Number(headers['content-length']) !== byteSize) {
      throw new FoundError(
        `A variant of ${byteSize} bytes is answered with ${statusCode}, ${headers['content-length']} bytes.`,
      )
    }
  }

  return {
    async send(sent) {
      const started = await senders[sent.way](sent)
      return typeof started === 'string' ? started : describeEnd(await awaitEnd(started.run))
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
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

const boundary = 'greenroom-fuzz-0123456789'
const formType = { 'content-type': `multipart/form-data; boundary=${boundary}` }
const field = (name: string, value: string) =>
  Buffer.from(`Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`)
const file = (name: string, filename: string, bytes: Buffer) =>
  Buffer.concat([
    Buffer.from(
      `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: image/jpeg\r\n\r\n`,
    ),
    bytes,
  ])
const form = (parts: Buffer[]) =>
  Buffer.concat([
    ...parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), part, Buffer.from('\r\n')]),
    Buffer.from(`--${boundary}--\r\n`),
  ])

const mimeType = (filename: string) =>
  filename.endsWith('.png') ? 'image/png' : filename.endsWith('.webp') ? 'image/webp' : 'image/jpeg'

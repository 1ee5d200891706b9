import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Api, ApiError } from '../../src/cli/api.ts'
import { backfill } from '../../src/cli/backfill.ts'
import { importUrls } from '../../src/cli/import.ts'
import { reconcile } from '../../src/cli/reconcile.ts'
import { sendPictures } from '../../src/cli/send-pictures.ts'
import { InterruptedError } from '../../src/signals.ts'

const live = () => new AbortController().signal
const stopped = () => AbortSignal.abort(new InterruptedError('SIGINT'))
const runId = Buffer.from('ProcessingRun:01890000-0000-7000-8000-000000000001').toString('base64')

function createOutput() {
  const stream = new PassThrough()
  return { output: stream as unknown as NodeJS.WriteStream, text: () => String(stream.read() ?? '') }
}

/** A server that answers every mutation alike; its runs have these events. */
function createFakeApi(answer: object, events: object[] = []) {
  const query = vi.fn(async () => ({ answer }))
  const send = vi.fn()
  async function* watch() {
    yield* events
  }
  return { api: { url: 'http://localhost', query, send, watch } as unknown as Api, query, send }
}

const counts = { totalCount: 1, processedCount: 1, succeededCount: 1, skippedCount: 0, failedCount: 0 }
const ended = (status: string, failedCount: number) => ({
  seq: 9,
  type: status,
  message: 'It is over.',
  run: { ...counts, status, failedCount, progress: 1, etaSeconds: null },
})
const finding = (seq: number) => ({ ...ended('RUNNING', 0), seq, type: 'OBJECT_BROKEN', message: `object ${seq}` })

describe('Ctrl-C before anything is started', () => {
  const { output } = createOutput()
  it.each<[string, (api: Api) => Promise<unknown>]>([
    ['backfill', (api) => backfill(api, {}, stopped(), output)],
    ['reconcile', (api) => reconcile(api, true, stopped(), output)],
    ['import', (api) => importUrls(api, ['https://a.example/b.jpg'], { artist: 'X' }, stopped(), output)],
  ])('starts no %s', async (_command, run) => {
    const { api, query } = createFakeApi({ run: { id: runId } })
    await expect(run(api)).rejects.toThrow(InterruptedError)
    expect(query).not.toHaveBeenCalled()
  })

  it('ends the reading of standard input, and imports nothing of it', async () => {
    const stdin = new PassThrough()
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(stdin as unknown as typeof process.stdin)
    const { api, query } = createFakeApi({ run: { id: runId } })
    const controller = new AbortController()
    const imported = importUrls(api, [], { artist: 'X', from: '-' }, controller.signal, output)
    stdin.write('https://a.example/b.jpg\n')
    controller.abort(new InterruptedError('SIGINT'))
    await expect(imported).rejects.toThrow(InterruptedError)
    expect([stdin.destroyed, query.mock.calls]).toEqual([true, []])
  })
})

describe('greenroom reconcile', () => {
  it('does not take another comparison for its own', async () => {
    const { api } = createFakeApi({ code: 'RUN_ALREADY_ACTIVE', message: 'Busy.', activeRunId: runId })
    await expect(reconcile(api, true, live(), createOutput().output)).rejects.toThrow(
      /^Another comparison is under way: greenroom runs watch 01890000-0000-7000-8000-000000000001, or /,
    )
  })

  it.each([
    [true, 'SUCCEEDED', 0, 2, true, '2 objects were not as they should be, and all are mended.'],
    [true, 'SUCCEEDED', 1, 2, false, '2 objects were not as they should be; not everything could be mended.'],
    [true, 'CANCELLED', 0, 1, false, '1 object was not as it should be; not everything could be mended.'],
    [false, 'SUCCEEDED', 0, 1, false, '1 object is not as it should be; greenroom reconcile --fix'],
    [true, 'SUCCEEDED', 0, 0, true, 'Storage and database agree.'],
    [false, 'FAILED', 1, 0, false, 'Nothing was found, but not everything could be compared.'],
  ])(
    'with fix %s and a run %s with %i failures and %i findings',
    async (fix, status, failed, found, good, sentence) => {
      const findings = Array.from({ length: found }, (_, index) => finding(index + 1))
      const { api } = createFakeApi({ run: { id: runId } }, [...findings, ended(status, failed)])
      const { output, text } = createOutput()
      expect((await reconcile(api, fix, live(), output)).succeeded).toBe(good)
      expect(text().trim().split('\n').at(-1)).toContain(sentence)
    },
  )
})

describe('a picture with a smaller file that may stand in', () => {
  let dir: string
  beforeEach(async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    dir = await mkdtemp(path.join(tmpdir(), 'greenroom-send-'))
    for (const name of ['hd.jpg', 'main.jpg']) await writeFile(path.join(dir, name), name)
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  /** The names of the files that were sent. */
  async function sent(refuse: (controller: AbortController) => unknown, events: object[] = []): Promise<string[]> {
    const { api, send } = createFakeApi({}, events)
    const names: string[] = []
    const controller = new AbortController()
    send.mockImplementation(async (_query: string, _variables: object, file: File) => {
      names.push(file.name)
      return { uploadImage: await refuse(controller) }
    })
    const files = [path.join(dir, 'hd.jpg'), path.join(dir, 'main.jpg')] as const
    const sending = { files, artist: 'X', venueTag: null, recipes: null }
    const { failed } = await sendPictures(api, [sending], { commonMistakes: [], signal: controller.signal })
    expect(failed).toBe(1)
    return names
  }

  const refusal = (code: string) => ({ code, message: 'No.' })
  const accepted = { duplicate: false, image: { id: 'x' }, run: { id: runId, totalCount: 1 } }
  const failure = (errorCode: string) => [
    { seq: 1, type: 'TASK_FAILED', message: 'No.', run: { progress: 1 }, task: { errorCode, errorMessage: 'No.' } },
  ]

  it.each(['UNSUPPORTED_IMAGE_TYPE', 'TOO_MANY_PIXELS', 'IMAGE_TOO_LARGE', 'IMAGE_TOO_SMALL', 'CORRUPT_IMAGE'])(
    'has it sent after %s',
    async (code) => {
      expect(await sent(() => refusal(code))).toEqual(['hd.jpg', 'main.jpg'])
    },
  )

  it('has it sent when the first one turns out to be no good', async () => {
    expect(await sent(() => accepted, failure('POISON_IMAGE'))).toEqual(['hd.jpg', 'main.jpg'])
  })

  it('has it not sent after what is not about the file', async () => {
    expect(await sent(() => refusal('STORAGE_UNAVAILABLE'))).toEqual(['hd.jpg'])
    expect(await sent(() => Promise.reject(new TypeError('fetch failed')))).toEqual(['hd.jpg'])
    expect(await sent(() => Promise.reject(new ApiError('It answered 502.')))).toEqual(['hd.jpg'])
    expect(await sent(() => accepted, failure('STORAGE_UNAVAILABLE'))).toEqual(['hd.jpg'])
  })

  it('has it not sent after Ctrl-C', async () => {
    const names = await sent((controller) => {
      controller.abort(new InterruptedError('SIGINT'))
      return refusal('CORRUPT_IMAGE')
    })
    expect(names).toEqual(['hd.jpg'])
  })
})

// The image host: a child process that owns the pixels. A crash in native code ends this process, never the service.
import { Piscina } from 'piscina'
import { collectKept } from './collect.ts'
import { encoderVersions } from './pixels.ts'
import type { HostReply, HostRequest, ThreadResult, ThreadTask, WorkingImage } from './protocol.ts'
import { applySharpSettings } from './sharp-settings.ts'

applySharpSettings()

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const threads = Number(process.argv[2])

const pool = new Piscina<ThreadTask, ThreadResult>({
  filename: new URL(`./thread.${extension}`, import.meta.url).href,
  // each begins with its first unit and stays: a service that is given no picture needs none of them
  minThreads: 0,
  maxThreads: threads,
  idleTimeout: Number.POSITIVE_INFINITY,
})
const images = new Map<number, WorkingImage>()
let lastHandle = 0

async function answer(request: HostRequest): Promise<HostReply> {
  const { id } = request
  switch (request.kind) {
    case 'open':
      return describeResult(id, await pool.run({ kind: 'decode', request: request.request }))
    case 'encode': {
      const image = images.get(request.handle)
      if (!image) throw new Error(`No image is open under handle ${request.handle}.`)
      return describeResult(id, await pool.run({ kind: 'encode', image, unit: request.unit }))
    }
    case 'close':
      collectKept(images.get(request.handle)?.pixels.byteLength ?? 0)
      images.delete(request.handle)
      return { id, kind: 'closed', residentBytes: process.memoryUsage.rss() }
  }
}

function describeResult(id: number, result: ThreadResult): HostReply {
  switch (result.kind) {
    case 'decoded':
      lastHandle += 1
      images.set(lastHandle, result.image)
      return { id, kind: 'opened', handle: lastHandle, facts: result.facts }
    case 'encoded':
      return { id, kind: 'encoded', encoded: result.encoded }
    case 'damaged':
      return { id, kind: 'failed', failure: { code: 'CORRUPT_IMAGE', message: result.message } }
  }
}

function reply(message: HostReply): void {
  // the channel may close while a unit encodes; the exit below is then on its way
  if (process.connected) process.send?.(message)
}

process.on('message', async (request: HostRequest) => {
  try {
    reply(await answer(request))
  } catch (error) {
    const { message } = error as Error
    reply({ id: request.id, kind: 'failed', failure: { code: 'INTERNAL_ERROR', message } })
  }
})

// a service that was killed leaves no orphan; an orderly exit would wait for native code that is busy
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// these reach the whole process group; when to end is the service's decision
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})

reply({ id: 0, kind: 'ready', encoder: encoderVersions })

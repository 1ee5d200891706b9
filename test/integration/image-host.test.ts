import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HostDiedError } from '../../src/services/host-connection.ts'
import { createImageHost, type ImageHost } from '../../src/services/image-host.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseId } from '../support/control.ts'
import { eventually } from '../support/eventually.ts'
import { hostLimits as limits, request, unit } from '../support/host-work.ts'
import { jpeg, photo } from '../support/images.ts'
import { isAlive } from '../support/processes.ts'

const signal = new AbortController().signal
const log = pino({ level: 'silent' })
const slow = { crop: null, width: 1280, height: 720, output: { format: 'avif', quality: 50, effort: 6 } } as const

describe('the image host', () => {
  let host: ImageHost
  beforeAll(() => {
    host = createImageHost({ threads: 2, limits, log })
  })
  afterAll(() => host[Symbol.asyncDispose]())

  it('says what it encodes with', async () => {
    expect(await host.encoder()).toMatch(/^sharp 0\.35\.\d+, libvips 8\.\d+\.\d+, webp /)
  })

  it('opens once and encodes many', async () => {
    await using image = await host.open(request, signal)
    expect(image.facts.hasAlpha).toBe(false)
    const widths = [320, 480, 640]
    const encoded = await Promise.all(widths.map((width) => image.encode({ ...unit, width }, signal)))
    expect(encoded.map((each) => each.width)).toEqual(widths)
  })

  it('decodes on every thread from its first moment on', async () => {
    await using fresh = createImageHost({ threads: 4, limits, log })
    const small = { ...request, working: { width: 320, height: 180 } }
    const opened = await Promise.all(Array.from({ length: 8 }, () => fresh.open(small, signal)))
    expect(opened).toHaveLength(8)
    for (const image of opened) await image[Symbol.asyncDispose]()
  })

  it('makes the small ones of every image before the large ones of any', async () => {
    const [first, second] = await Promise.all([host.open(request, signal), host.open(request, signal)])
    await using _first = first
    await using _second = second
    const order: string[] = []
    const encode = async (name: string, image: typeof first, width: number) => {
      await image.encode({ ...unit, width, height: Math.round((width * 9) / 16) }, signal)
      order.push(name)
    }
    await Promise.all([
      encode('first 1280', first, 1280),
      encode('first 1200', first, 1200),
      encode('first 1100', first, 1100),
      encode('first 100', first, 100),
      encode('second 100', second, 100),
    ])
    // two were begun at once, since two threads were free
    expect(order.indexOf('second 100')).toBeLessThan(order.indexOf('first 1100'))
    expect(order.indexOf('first 100')).toBeLessThan(order.indexOf('first 1100'))
  })

  it('begins no unit once it is cancelled', async () => {
    await using image = await host.open(request, signal)
    const cancel = new AbortController()
    const units = Array.from({ length: 6 }, () =>
      image.encode(unit, cancel.signal).then(
        () => 'done',
        () => 'cancelled',
      ),
    )
    cancel.abort()
    const outcomes = await Promise.all(units)
    expect(outcomes.filter((outcome) => outcome === 'cancelled').length).toBeGreaterThanOrEqual(4)
  })

  it('refuses what is no image with the sentence for it', async () => {
    await expect(host.open({ ...request, path: path.resolve('package.json') }, signal)).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
    })
  })

  it('has nothing of ours in its environment', async () => {
    const environment = (await readFile(`/proc/${host.pid}/environ`, 'utf8')).split('\0').filter(Boolean)
    const names = environment.map((line) => line.split('=')[0]).sort()
    // the channel's are Node's own
    expect(names).toEqual([
      'MALLOC_ARENA_MAX',
      'MALLOC_MMAP_THRESHOLD_',
      'MALLOC_TRIM_THRESHOLD_',
      'NODE_CHANNEL_FD',
      'NODE_CHANNEL_SERIALIZATION_MODE',
      'UV_THREADPOOL_SIZE',
    ])
  })

  it('works at a lower priority than the service, in every thread', async () => {
    await using image = await host.open(request, signal)
    await image.encode(unit, signal)
    const threads = await readdir(`/proc/${host.pid}/task`)
    const nices = await Promise.all(
      // the 19th field; the second, a name in brackets, may hold blanks
      threads.map(
        async (id) => (await readFile(`/proc/${host.pid}/task/${id}/stat`, 'utf8')).split(') ')[1]?.split(' ')[16],
      ),
    )
    expect(nices.length).toBeGreaterThan(4)
    expect(new Set(nices)).toEqual(new Set(['10']))
  })

  it('is started anew when it dies, and says so to those who waited', async () => {
    await using image = await host.open(request, signal)
    const { pid } = host
    const encoding = image.encode(slow, signal)
    await sleep(50)
    process.kill(pid ?? 0, 'SIGKILL')
    await expect(encoding).rejects.toThrow(HostDiedError)
    await using again = await host.open(request, signal)
    expect(host.pid).not.toBe(pid)
    expect((await again.encode(unit, signal)).width).toBe(320)
    await expect(image.encode(unit, signal)).rejects.toThrow(HostDiedError)
  })

  it('ends with its service', async () => {
    const other = createImageHost({ threads: 1, limits, log })
    await other.encoder()
    const { pid = 0 } = other
    expect(isAlive(pid)).toBe(true)
    await other[Symbol.asyncDispose]()
    expect(isAlive(pid)).toBe(false)
  })
})

/**
 * Kills the host whenever this image is being encoded, until everything is over. Returns the most tasks that were in
 * the host together with a suspect.
 */
async function killDuring(app: TestApp, imageId: string): Promise<number> {
  let most = 0
  while ((await app.db.run.count({ where: { finishedAt: null } })) > 0) {
    const tasks = await app.db.task.findMany({ where: { status: 'RUNNING', stage: 'ENCODE' } })
    if (tasks.some((task) => task.suspect)) most = Math.max(most, tasks.length)
    if (tasks.some((task) => task.imageId === imageId)) await killHost(app)
    await sleep(10)
  }
  return most
}

async function killHost({ host }: TestApp): Promise<void> {
  const { pid = 0 } = host
  process.kill(pid, 'SIGKILL')
  await eventually('the image host is gone', () => host.pid !== pid)
}

describe('a service whose image host dies', () => {
  it('goes on with its tasks', async () => {
    await using app = await createTestApp()
    await Promise.all([
      app.upload(await photo('dandelion-meadow-16mp.jpg')),
      app.upload(await photo('autumn-meadow-landscape.jpg')),
    ])
    // in the middle of the first image
    await eventually('two variants are stored', async () => (await app.db.variant.count()) >= 2)
    process.kill(app.host.pid ?? 0, 'SIGSEGV')
    await app.dispatcher.idle()
    const runs = await app.db.run.findMany()
    expect(runs.map((run) => run.status)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
    const tasks = await app.db.task.findMany()
    expect(tasks.every((task) => task.attempt === 1)).toBe(true)
    expect(await app.db.runEvent.count({ where: { type: 'TASK_REQUEUED' } })).toBeGreaterThan(0)
    // what was stored before the crash was not made again
    const stored = await app.db.runEvent.findMany({ where: { type: 'VARIANT_STORED' } })
    expect(stored.length).toBe(await app.db.variant.count())
  })

  it('gives up an image that ends the host twice while it is alone in it, and goes on with the others', async () => {
    await using app = await createTestApp()
    const { run } = await app.upload(await photo('dandelion-meadow-16mp.jpg'))
    const task = () => app.db.task.findFirstOrThrow({ where: { runId: databaseId(run.id) } })
    // as if its decode were what kills: it takes longer than the pause
    let kills = 0
    while ((await task()).status !== 'FAILED') {
      const { pid = 0 } = app.host
      const ready = await app.host.encoder().then(
        () => true,
        () => false,
      )
      await sleep(100)
      if (ready && isAlive(pid) && process.kill(pid, 'SIGKILL')) kills += 1
    }
    expect(await task()).toMatchObject({ errorCode: 'POISON_IMAGE', retryable: false, attempt: 1, crashes: 1 })
    expect(kills).toBeLessThanOrEqual(3)
    await app.process(await jpeg())
    expect(await app.db.run.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('tries those that were in it together one by one, until the culprit is known', async () => {
    await using app = await createTestApp({ env: { CONCURRENCY: '3', IMAGE_THREADS: '3' } })
    const culprit = await app.upload(await photo('dandelion-meadow-16mp.jpg'), { recipes: ['responsive'] })
    for (let n = 0; n < 3; n += 1) await app.upload(await jpeg(1600, 1200), { recipes: ['responsive'] })
    const most = await killDuring(app, databaseId(culprit.image.id))
    const tasks = await app.db.task.findMany({ orderBy: { id: 'asc' } })
    expect(tasks.map((task) => task.status)).toEqual(['FAILED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'])
    expect(tasks.map((task) => task.crashes)).toEqual([1, 0, 0, 0])
    expect(tasks[0]).toMatchObject({ errorCode: 'POISON_IMAGE', suspect: true })
    expect(most).toBe(1)
  })

  it('accuses no image that the host had not been given', async () => {
    await using app = await createTestApp({ env: { CONCURRENCY: '6', IMAGE_THREADS: '1' } })
    for (let upload = 0; upload < 6; upload += 1) await app.upload(await jpeg())
    const running = () => app.db.task.count({ where: { status: 'RUNNING' } })
    await eventually('all six are in work', async () => (await running()) === 6)
    process.kill(app.host.pid ?? 0, 'SIGKILL')
    await app.dispatcher.idle()
    const tasks = await app.db.task.findMany()
    expect(tasks.map((task) => task.status)).toEqual(Array(6).fill('SUCCEEDED'))
    expect(tasks.filter((task) => task.suspect).length).toBeLessThan(6)
    expect(tasks.filter((task) => task.crashes > 0).length).toBe(0)
  })
})

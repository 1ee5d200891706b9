import { describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { createBucketApp } from '../support/bucket-app.ts'
import { lockDatabase } from '../support/databases.ts'
import { eventually } from '../support/eventually.ts'

async function ask({ url }: TestApp, path: string): Promise<[number, unknown]> {
  const response = await fetch(`${url}${path}`)
  return [response.status, await response.json()]
}

const ready = [200, { status: 'ready' }]
const notReady = (...names: string[]) => [503, { status: 'not ready', notReady: names }]
const alive = [200, { status: 'ok' }]

const untilReady = (app: TestApp) => eventually('it is ready', async () => (await ask(app, '/ready'))[0] === 200)
const untilNotReady = (app: TestApp) => eventually('it is not ready', async () => (await ask(app, '/ready'))[0] === 503)

describe('/ready', () => {
  it('says that all is well, and writes no more than one row to find out', async () => {
    await using app = await createTestApp()
    for (let time = 0; time < 3; time += 1) expect(await ask(app, '/ready')).toEqual(ready)
    expect(await app.db.schedule.count()).toBe(1)
    expect(await ask(app, '/health')).toEqual(alive)
  })

  it('names a database that somebody holds locked, while the service is alive', async () => {
    await using app = await createTestApp()
    {
      await using _other = await lockDatabase(app.databaseUrl)
      expect(await ask(app, '/ready')).toEqual(notReady('database'))
      expect(await ask(app, '/health')).toEqual(alive)
    }
    await untilReady(app)
  })

  it('names a database that cannot be written', async () => {
    await using app = await createTestApp()
    await app.db.$executeRawUnsafe('ALTER TABLE "Schedule" RENAME TO "Elsewhere"')
    expect(await ask(app, '/ready')).toEqual(notReady('database'))
    expect(await ask(app, '/health')).toEqual(alive)
  })

  it('names a storage that is away, and puts nothing to find out', async () => {
    await using app = await createBucketApp()
    expect(await ask(app, '/ready')).toEqual(ready)
    await app.s3.stop()
    await untilNotReady(app)
    expect(await ask(app, '/ready')).toEqual(notReady('storage'))
    expect(await ask(app, '/health')).toEqual(alive)
    await app.s3.start()
    await untilReady(app)
    expect(app.s3.log.filter(({ method }) => method === 'PUT')).toEqual([])
  })

  it('names a storage that refuses us', async () => {
    await using app = await createBucketApp({ S3_SECRET_ACCESS_KEY: 'not-the-secret' })
    expect(await ask(app, '/ready')).toEqual(notReady('storage'))
    expect(await ask(app, '/health')).toEqual(alive)
  })

  it('names an image host that has died, until there is another', async () => {
    await using app = await createTestApp()
    process.kill(app.host.pid ?? 0, 'SIGKILL')
    await untilNotReady(app)
    await untilReady(app)
    expect(await ask(app, '/ready')).toEqual(ready)
  })
})

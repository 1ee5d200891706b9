import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, providers } from '../support/databases.ts'
import { checkAtRest } from './at-rest.ts'
import { learn } from './learn.ts'
import { createPoster, type Poster } from './operations.ts'
import { namedFiles } from './other-files.ts'
import { createStudio } from './pictures.ts'
import { createSender, ways } from './send-picture.ts'
import { type FuzzedService, startService, type Vitals } from './service.ts'
import { httpTrials, pictureTrial } from './trials.ts'
import { type Trial, tryOut } from './try-out.ts'

/** The same inputs every time; npm run test:fuzz tries others. */
const seed = 20_261_121

const bounds = (runs: number) => ({ seed, runs, timeMs: 60_000 })

describe('the service, whatever is sent to it', () => {
  let service: FuzzedService
  let poster: Poster
  let trials: ReturnType<typeof httpTrials>
  let before: Vitals
  beforeAll(async () => {
    service = await startService()
    poster = createPoster(() => service.url)
    trials = httpTrials(service, poster, await learn(service))
    before = await service.vitals()
  })
  afterAll(async () => {
    await poster?.[Symbol.asyncDispose]()
    await service?.[Symbol.asyncDispose]()
  })

  it.each<[keyof typeof trials, number]>([
    ['requests', 40],
    ['pipelines', 10],
    ['forms', 40],
    ['transfers', 15],
    ['operations', 60],
    ['sessions', 25],
  ])('neither ends nor answers with what is its own fault: %s', async (name, runs) => {
    const { found, inputs } = await tryOut(service, trials[name] as Trial<unknown>, bounds(runs))
    expect(found).toBeNull()
    expect(inputs).toBeGreaterThan(runs)
  })

  it('has let go of everything afterwards, and works as before', async () => {
    await checkAtRest(service, before)
  })
})

describe.runIf(providers.includes('postgresql'))('the service over PostgreSQL', () => {
  it('answers every operation with what it is, or what is wrong with it', async () => {
    await using database = await createTestDatabase('postgresql')
    await using service = await startService({ DATABASE_URL: database.url })
    await using poster = createPoster(() => service.url)
    const { operations, sessions } = httpTrials(service, poster, await learn(service))
    for (const trial of [operations, sessions] as Trial<unknown>[]) {
      expect((await tryOut(service, trial, bounds(15))).found).toBeNull()
    }
  })
})

describe('a picture that is broken', () => {
  let service: FuzzedService
  let before: Vitals
  beforeAll(async () => {
    service = await startService({ DEFAULT_RECIPES: 'presets' })
    await learn(service)
    before = await service.vitals()
  })
  afterAll(() => service?.[Symbol.asyncDispose]())

  it('is refused, or ends with a code, whatever is known to be wrong with files', async () => {
    await using sender = createSender(() => service.url)
    const named = Object.entries(namedFiles)
    const ends = await Promise.all(
      named.map(async ([name, make], index) => {
        const way = ways[index % ways.length] ?? 'form'
        return [name, await sender.send({ bytes: make(), way, filename: 'photo.jpg', recipe: 'presets' })]
      }),
    )
    expect(Object.fromEntries(ends)).toMatchSnapshot()
    expect(service.complaints()).toEqual([])
  })

  it('ends with a code, however it was cut, mixed up or written over; the image host lives on', async () => {
    const studio = await createStudio()
    await using sender = createSender(() => service.url)
    const ends: string[] = []
    const { found } = await tryOut(
      service,
      pictureTrial(studio, sender, (end) => ends.push(end)),
      bounds(60),
    )
    expect(found).toBeNull()
    // most of them have to get as far as the decoder, or little is tried
    const refused = ends.filter((end) => end.startsWith('refused')).length
    expect(refused / ends.length).toBeLessThan(0.7)
    expect(service.hostRestarts()).toBe(0)
  })

  it('leaves nothing behind', async () => {
    await checkAtRest(service, before)
  })
})

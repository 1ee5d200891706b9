import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { buildSchema, parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createTestDatabase } from '../support/databases.ts'
import { checkAtRest } from './at-rest.ts'
import { anyOperation } from './operations.ts'
import { namedFiles } from './other-files.ts'
import { ways } from './send-picture.ts'
import { type SetUp, setUpHttp, setUpPictures, setUpTokens } from './set-ups.ts'
import { httpKinds, type Kind, tokenKinds } from './trials.ts'
import { tryOut } from './try-out.ts'

/** The same inputs every time; npm run test:fuzz tries others. */
const seed = 20_261_121

const bounds = (runs: number) => ({ seed, runs, timeMs: 60_000 })

/** Batches of each kind. */
const runs: Record<Kind, number> = {
  requests: 40,
  pipelines: 10,
  forms: 40,
  transfers: 15,
  operations: 60,
  sessions: 25,
  'token-requests': 15,
  'token-forms': 10,
  'token-sessions': 15,
  'sign-ins': 15,
  pictures: 60,
}

describe.each([
  ['the service, whatever is sent to it', httpKinds, setUpHttp],
  ['the service with tokens, whoever one says to be', tokenKinds, setUpTokens],
] as const)('%s', (_name, kinds, open) => {
  let opened: SetUp<Kind>
  beforeAll(async () => {
    opened = (await open()) as SetUp<Kind>
  })
  afterAll(() => opened?.[Symbol.asyncDispose]())

  it.each<Kind>(kinds)('neither ends nor answers with what is its own fault: %s', async (kind) => {
    const { found, inputs } = await tryOut(opened.service, opened.trials[kind], bounds(runs[kind]))
    expect(found).toBeNull()
    expect(inputs).toBeGreaterThan(runs[kind])
  })

  it('has let go of everything afterwards, and works as before', async () => {
    await checkAtRest(opened.service, opened.before)
  })
})

describe('the operations that are sent', () => {
  it('are valid and within the limits for the most part, or nothing would be done of them', () => {
    const schema = buildSchema(readFileSync('schema.graphql', 'utf8'))
    const isValid = (query: string) => {
      try {
        return validate(schema, parse(query, { maxTokens: 1_000 })).length === 0
      } catch {
        return false
      }
    }
    const known = { ids: ['SW1hZ2U6eA=='], cursors: ['R1BDOlM6eA=='], slugs: ['liv'] }
    const queries = fc.sample(anyOperation(known), { seed, numRuns: 300 }).map(({ query }) => query)
    expect(queries.filter(isValid).length).toBeGreaterThan(220)
  })
})

describe.runIf(inject('postgresUrl'))('the service over PostgreSQL', () => {
  it('answers every operation with what it is, or what is wrong with it', async () => {
    await using database = await createTestDatabase('postgresql')
    await using opened = await setUpHttp({ DATABASE_URL: database.url })
    for (const kind of ['operations', 'sessions'] as const) {
      expect((await tryOut(opened.service, opened.trials[kind], bounds(15))).found).toBeNull()
    }
  })
})

describe('a picture that is broken', () => {
  const ends: string[] = []
  let opened: Awaited<ReturnType<typeof setUpPictures>>
  beforeAll(async () => {
    opened = await setUpPictures((end) => ends.push(end))
  })
  afterAll(() => opened?.[Symbol.asyncDispose]())

  it('is refused, or ends with a code, whatever is known to be wrong with files', async () => {
    const { sender, service } = opened
    const named = Object.entries(namedFiles)
    const endings = await Promise.all(
      named.map(async ([name, make], index) => {
        const way = ways[index % ways.length] ?? 'form'
        return [name, await sender.send({ bytes: make(), way, filename: 'photo.jpg', recipe: 'presets' })]
      }),
    )
    expect(Object.fromEntries(endings)).toMatchSnapshot()
    expect(service.complaints()).toEqual([])
  })

  it('ends with a code, however it was cut, mixed up or written over; the image host lives on', async () => {
    const { service, trials } = opened
    expect((await tryOut(service, trials.pictures, bounds(runs.pictures))).found).toBeNull()
    // most of them have to get as far as the decoder, or little is tried
    const refused = ends.filter((end) => end.startsWith('refused')).length
    expect(refused / ends.length).toBeLessThan(0.7)
    expect(service.hostRestarts()).toBe(0)
  })

  it('leaves nothing behind', async () => {
    await checkAtRest(opened.service, opened.before)
  })
})

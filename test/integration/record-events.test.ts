import { describe, expect, it } from 'vitest'
import type { Db, Tx } from '../../src/services/db/open-db.ts'
import { recordEvents } from '../../src/services/record-events.ts'
import { slugifyArtist } from '../../src/venues/artist-slug.ts'
import type { ListedEvent } from '../../src/venues/listing.ts'
import { provider } from '../support/databases.ts'
import { createEngine } from '../support/engine.ts'

function night(number: number, artistName: string): ListedEvent {
  return {
    id: `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`,
    ...{ source: 'liv', sourceEventId: `EVE${number}`, venue: 'LIV Las Vegas', venueTag: 'liv' },
    ...{ date: '2099-06-01', startAt: null, status: 'scheduled', title: artistName },
    ...{ artistName, artistSlug: slugifyArtist(artistName), performers: [artistName], support: [], promos: [] },
    ...{ url: null, images: [] },
  }
}

const record = (db: Db, events: readonly ListedEvent[]) => db.$transaction((tx) => recordEvents(tx, events, new Date()))
const revisions = async (db: Db) =>
  (await db.venueEvent.findMany({ orderBy: { id: 'asc' } })).map(({ artistName, revision }) => [artistName, revision])

/** Each event is changed once by somebody else, just after it was read. */
function withOthers(tx: Tx): Tx {
  let left = 1
  const findMany = async (args: object) => {
    const found = await tx.venueEvent.findMany(args)
    if (left > 0) await tx.venueEvent.updateMany({ data: { revision: { increment: 1 } } })
    left -= 1
    return found
  }
  const { artist, artistPicture, venueEvent } = tx
  const events = {
    findMany,
    updateMany: venueEvent.updateMany.bind(venueEvent),
    createMany: venueEvent.createMany.bind(venueEvent),
  }
  return { artist, artistPicture, venueEvent: events, $executeRaw: tx.$executeRaw.bind(tx) } as unknown as Tx
}

describe(`events on ${provider}`, () => {
  it('rise in revision when D1 is to know, and only then', async () => {
    await using engine = await createEngine()
    const { db } = engine
    await record(db, [night(1, 'Carl Cox'), night(2, 'Peggy Gou'), night(3, 'Zedd')])
    await record(db, [night(1, 'Carl Cox'), { ...night(2, 'Peggy Gou'), title: 'Peggy' }, night(3, 'Tiësto')])
    expect(await revisions(db)).toEqual([
      ['Carl Cox', 1],
      ['Peggy Gou', 1],
      ['Tiësto', 2],
    ])
    expect(await db.venueEvent.findFirst({ where: { artistName: 'Peggy Gou' } })).toMatchObject({ title: 'Peggy' })
  })

  it('make the pictures of their artist due where they are new or somebody else is billed, and not otherwise', async () => {
    await using engine = await createEngine()
    const { db } = engine
    const due = async () =>
      (await db.artist.findMany({ where: { picturesDueAt: { not: null } }, orderBy: { slug: 'asc' } })).map(
        ({ slug }) => slug,
      )
    await record(db, [night(1, 'Carl Cox'), night(2, 'Zedd')])
    expect(await due()).toEqual(['carl-cox', 'zedd'])
    await db.artist.updateMany({ data: { picturesDueAt: null } })
    await record(db, [{ ...night(1, 'Carl Cox'), title: 'Another' }, night(2, 'Peggy Gou')])
    expect(await due()).toEqual(['peggy-gou'])
  })

  it('are recorded over what another process has changed meanwhile, and lose none of its revisions', async () => {
    await using engine = await createEngine()
    const { db } = engine
    await record(db, [night(1, 'Carl Cox')])
    await db.$transaction((tx) => recordEvents(withOthers(tx), [night(1, 'Zedd')], new Date()))
    expect(await revisions(db)).toEqual([['Zedd', 3]])
  })
})

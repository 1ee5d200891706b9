import { readdir, readFile } from 'node:fs/promises'
import { buildSchema, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { variableNames } from '../../src/config.ts'
import { d1Meanings, mayPass } from '../../src/services/d1/d1-meanings.ts'
import { recipes } from '../../src/services/recipes.ts'
import { faultSentences } from '../../src/services/storage/s3-meanings.ts'
import { graphqlIn } from '../support/pages.ts'

const read = (name: string) => readFile(new URL(`../../${name}`, import.meta.url), 'utf8')
const firstCells = (text: string) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1])

/** The pages people read, in Markdown. */
async function listPages(): Promise<string[]> {
  const docs = (await readdir('docs')).filter((name) => name.endsWith('.md'))
  return ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => `docs/${name}`)]
}

describe('the documentation', () => {
  it('names every variable that is read, in the order it is read, and no other', async () => {
    expect(firstCells(await read('docs/configuration.md'))).toEqual(variableNames)
  })

  it('names every recipe', async () => {
    expect(firstCells(await read('docs/recipes.md'))).toEqual(recipes.map((recipe) => recipe.name))
  })

  it('points only to files that are there', async () => {
    for (const page of await listPages()) {
      const links = [...(await read(page)).matchAll(/\]\(([^)#:]+)\)|src="([^":]+)"/g)].map(
        (match) => match[1] ?? match[2] ?? '',
      )
      const folder = page.includes('/') ? 'docs/' : ''
      for (const link of links) await expect(read(`${folder}${link}`), `${page}: ${link}`).resolves.toBeDefined()
    }
  })

  it('asks only for what the schema has', async () => {
    const schema = buildSchema(await read('schema.graphql'))
    for (const page of await listPages()) {
      for (const operation of graphqlIn(await read(page))) {
        expect(validate(schema, parse(operation)), `${page}: ${operation}`).toEqual([])
      }
    }
  })

  it('explains every sentence about a storage that fails', async () => {
    const explained = [...(await read('docs/storage.md')).matchAll(/^\| [A-Z].*$/gm)]
    const sentences = explained.map(([row]) => row.split(' | ')[0]?.slice(2))
    expect(faultSentences.length).toBeGreaterThan(20)
    expect(sentences).toEqual(expect.arrayContaining([...faultSentences]))
  })

  it('explains every sentence about D1, and with the code it comes with', async () => {
    const explained = [...(await read('docs/d1.md')).matchAll(/^\| ([A-Z].*?\.) \| `(D1_[A-Z]+)`/gm)]
    const told = new Map(explained.map(([, sentence, code]) => [sentence, code]))
    expect(d1Meanings.length).toBeGreaterThan(20)
    expect([...told.keys()].sort()).toEqual([...new Set(d1Meanings.map(({ message }) => message))].sort())
    for (const { message, kind } of d1Meanings) {
      // the same sentence may stand for a fault that passes
      const isPassing = mayPass.has(kind) && !message.startsWith('There is no safe connection')
      expect(told.get(message), message).toBe(isPassing ? 'D1_UNAVAILABLE' : 'D1_REFUSED')
    }
  })

  it('names every setting that the guide for users of older systems has, as it is read', async () => {
    const guide = await read('docs/migration.md')
    const settings = [...guide.matchAll(/`([A-Z]+_[A-Z_]+)=\d+`/g)].map((match) => match[1])
    expect(settings.length).toBeGreaterThan(0)
    expect(variableNames).toEqual(expect.arrayContaining(settings))
  })
})

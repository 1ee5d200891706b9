import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { variableNames } from '../../src/config.ts'
import { recipes } from '../../src/services/recipes.ts'

const read = (name: string) => readFile(new URL(`../../${name}`, import.meta.url), 'utf8')
const firstCells = (text: string) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1])

describe('the documentation', () => {
  it('names every variable that is read, in the order it is read, and no other', async () => {
    expect(firstCells(await read('docs/configuration.md'))).toEqual(variableNames)
  })

  it('names every recipe', async () => {
    expect(firstCells(await read('docs/recipes.md'))).toEqual(recipes.map((recipe) => recipe.name))
  })

  it('points only to files that are there', async () => {
    const pages = [
      'README.md',
      'CONTRIBUTING.md',
      ...(await readdir('docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
    ]
    for (const page of pages) {
      const links = [...(await read(page)).matchAll(/\]\(([^)#:]+)\)|src="([^":]+)"/g)].map(
        (match) => match[1] ?? match[2] ?? '',
      )
      const folder = page.includes('/') ? 'docs/' : ''
      for (const link of links) await expect(read(`${folder}${link}`), `${page}: ${link}`).resolves.toBeDefined()
    }
  })
})

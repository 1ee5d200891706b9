import { readdir, readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const workflows = '.github/workflows'

it('a workflow runs no action that somebody can change behind its tag', async () => {
  const texts = await Promise.all((await readdir(workflows)).map((name) => readFile(`${workflows}/${name}`, 'utf8')))
  const actions = texts.flatMap((text) => [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action))
  expect(actions.length).toBeGreaterThan(0)
  for (const action of actions) expect(action).toMatch(/@[0-9a-f]{40}$/)
})

it('no package runs a program of its own when it is installed', async () => {
  expect(await readFile('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m)
  expect((await readFile('.ci/run', 'utf8')).match(/^npm ci.*$/gm)).toEqual(['npm ci --ignore-scripts'])
})

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { breakingChanges, unreleased } from '../../tools/breaking-changes.ts'

const small = `
  type Query { photo(id: ID!, size: Int): Photo }
  type Photo { id: ID! name: String }
  input PhotoInput { size: Int name: String! }
  enum State { READY FAILED }
`

describe('a schema that was released', () => {
  it.each([
    ['a field', 'name: String }', '}', ['Photo.name was removed.']],
    ['an argument', ', size: Int', '', ['Query.photo arg size was removed.']],
    ['a type', 'enum State { READY FAILED }', '', ['State was removed.']],
    ['a value', ' FAILED', '', ['FAILED was removed from enum type State.']],
  ])('may not lose %s', (_what, part, instead, sentences) => {
    const changed = small.replace(part, instead)
    expect(changed).not.toBe(small)
    expect(breakingChanges(small, changed)).toEqual(sentences)
  })

  it('may not ask for more, nor promise less', () => {
    const asks = small.replace('size: Int', 'size: Int!').replace('name: String! }', 'name: String! alt: String! }')
    expect(breakingChanges(small, asks)).toEqual([
      'Query.photo arg size has changed type from Int to Int!.',
      'A required field alt on input type PhotoInput was added.',
    ])
    expect(breakingChanges(small, small.replace('id: ID! name', 'id: ID name'))).toEqual([
      'Photo.id changed type from ID! to ID.',
    ])
  })

  it('may have more, promise more, and say what goes away', () => {
    const grown = small
      .replace('name: String }', 'name: String! @deprecated(reason: "Use title.") title: String! }')
      .replace('name: String! }', 'name: String! alt: String }')
      .replace('size: Int', 'size: Int, crop: Boolean = false')
    expect(breakingChanges(small, grown)).toEqual([])
  })

  it('may lose what the changelog announces for the release to come, and only that', () => {
    const changelog = '# Changelog\n\n## Unreleased\n\n- Photo.name was removed.\n\n## 1.0.0\n\n- State was removed.\n'
    const changed = small.replace('name: String }', '}').replace('enum State { READY FAILED }', '')
    expect(breakingChanges(small, changed, unreleased(changelog))).toEqual(['State was removed.'])
  })

  it('is the real one: as it is it breaks nobody, without one of its fields it does', async () => {
    const real = await readFile('schema.graphql', 'utf8')
    expect(breakingChanges(real, real)).toEqual([])
    expect(breakingChanges(real, real.replace(/ {2}"""[^"]+"""\n {2}slug: String!\n/, ''))).toEqual([
      'Artist.slug was removed.',
    ])
  })
})

describe('npm run schema:check', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'greenroom-schema-'))
    await writeFile(path.join(dir, 'schema.graphql'), small)
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: dir })
  const tool = path.resolve('tools/schema-check.ts')
  function check() {
    const { status, stdout, stderr } = spawnSync(path.resolve('node_modules/.bin/tsx'), [tool], {
      cwd: dir,
      encoding: 'utf8',
    })
    return { status, said: `${stdout}${stderr}` }
  }

  it('compares with nothing, and says so, where there is no release', () => {
    expect(check()).toEqual({ status: 0, said: 'no tag v* here: schema.graphql is compared with nothing\n' })
    git('init', '--quiet')
    git('commit', '--quiet', '--allow-empty', '--message=first')
    git('tag', 'v0.1.0')
    expect(check()).toEqual({ status: 0, said: 'v0.1.0 has no schema.graphql: compared with nothing\n' })
  })

  it('fails with the list of what would break', async () => {
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message=first')
    git('tag', 'v0.1.0')
    expect(check()).toEqual({ status: 0, said: 'schema.graphql: breaks no client of v0.1.0\n' })
    await writeFile(path.join(dir, 'schema.graphql'), small.replace(' FAILED', '').replace('name: String }', '}'))
    const { status, said } = check()
    expect(status).toBe(1)
    expect(said.split('\n').slice(0, 3)).toEqual([
      'schema.graphql breaks clients of v0.1.0:',
      '  Photo.name was removed.',
      '  FAILED was removed from enum type State.',
    ])
  })
})

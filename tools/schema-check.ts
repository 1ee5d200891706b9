// npm run schema:check   exits 1 when schema.graphql breaks clients of the last release, which is the last tag v*
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { breakingChanges, unreleased } from './breaking-changes.ts'

const file = 'schema.graphql'

/** What git prints, or null when it refuses: no repository, no such tag, no such file. */
function git(...args: string[]): string | null {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return null
  }
}

// a shallow clone may have the tag, but not the way to it
const tag = (git('describe', '--tags', '--abbrev=0', '--match=v*') ?? git('tag', '--list', 'v*', '--sort=-v:refname'))
  ?.split('\n')[0]
  ?.trim()
const released = tag ? git('show', `${tag}:${file}`) : null

if (released === null) {
  console.info(
    tag ? `${tag} has no ${file}: compared with nothing` : `no tag v* here: ${file} is compared with nothing`,
  )
} else {
  const announced = existsSync('CHANGELOG.md') ? unreleased(readFileSync('CHANGELOG.md', 'utf8')) : ''
  const broken = breakingChanges(released, readFileSync(file, 'utf8'), announced)
  if (broken.length === 0) console.info(`${file}: breaks no client of ${tag}`)
  else {
    const advice = 'Deprecate instead; a break that is meant stands word for word in CHANGELOG.md under Unreleased.'
    console.error([`${file} breaks clients of ${tag}:`, ...broken.map((each) => `  ${each}`), advice].join('\n'))
    process.exitCode = 1
  }
}

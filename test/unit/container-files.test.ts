import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { variableNames } from '../../src/config.ts'

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n')
const matches = (file: string, pattern: RegExp) => linesOf(file).flatMap((line) => pattern.exec(line)?.[1] ?? [])

/** Of the other images, and of the AWS SDK. */
const foreign = /^(POSTGRES|MINIO|AWS_SDK)_/

describe('the files for containers', () => {
  it('set no variable that the service does not read', () => {
    const names = matches('compose.yaml', /^\s+([A-Z][A-Z0-9_]+):/).filter((name) => !foreign.test(name))
    expect(names.filter((name) => !variableNames.includes(name))).toEqual([])
    expect(names).toEqual(expect.arrayContaining(['REDIS_URL', 'STORAGE_URL', 'WORKER_PORT', 'AUTH_TOKENS_FILE']))
  })

  it('build from files that are there, and hand over all that the build reads', () => {
    const context = matches('.dockerignore', /^!(\S+)$/)
    expect(context.filter((file) => !existsSync(file))).toEqual([])
    const copied = matches('Dockerfile', /^COPY (?!--from)(.+) \S+$/).flatMap((files) => files.split(' '))
    const isHandedOver = (file: string) => file === '.' || context.includes(file)
    expect(copied.length).toBeGreaterThan(5)
    expect(copied.filter((file) => !isHandedOver(file))).toEqual([])
    const scripts = readFileSync('package.json', 'utf8')
    const tools = [...scripts.matchAll(/"(?:generate|build|bundle[\w:]*)": "([^"]+)"/g)].flatMap(([, script = '']) =>
      [...script.matchAll(/[\w./-]+\.(?:ts|json)\b/g)].map(([file]) => file),
    )
    expect(tools).toContain('tools/graphql-types.ts')
    expect(tools.filter((file) => !isHandedOver(file))).toEqual([])
  })
})

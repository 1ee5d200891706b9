import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SourceBlockedError, SourceUnavailableError } from '../../src/errors.ts'
import { createRobots, type FetchText } from '../../src/services/sources/robots.ts'

const { signal } = new AbortController()
const userAgent = 'Greenroom/0.1 (+https://example.com/greenroom)'

/** Robots over one answer, and what was asked for. */
function robotsOf(
  answer: { httpStatus?: number; text?: string } | Error,
  keep?: { rulesMs: number; troubleMs: number },
) {
  const asked: string[] = []
  const fetchText: FetchText = async (url) => {
    asked.push(url)
    if (answer instanceof Error) throw answer
    return { httpStatus: 200, text: '', ...answer }
  }
  const robots = createRobots({ fetchText, userAgent, ...(keep ? { keep } : {}) })
  return { asked, check: (url: string) => robots.check(new URL(url), signal) }
}

describe('a robots.txt', () => {
  it('forbids what it disallows for everyone', async () => {
    const { check, asked } = robotsOf({ text: 'User-agent: *\nDisallow: /private/\nAllow: /private/open' })
    await expect(check('https://a.example/private/x.jpg')).rejects.toThrow(SourceBlockedError)
    await expect(check('https://a.example/private/x.jpg')).rejects.toThrow(
      'The robots.txt of a.example does not allow /private/x.jpg.',
    )
    expect(await check('https://a.example/private/open.jpg')).toEqual({ gapMs: 0 })
    expect(await check('https://a.example/x.jpg')).toEqual({ gapMs: 0 })
    expect(asked).toEqual(['https://a.example/robots.txt'])
  })

  it('is read for us by our name alone, where it has one', async () => {
    const { check } = robotsOf({ text: 'User-agent: *\nDisallow: /\n\nUser-agent: greenroom\nDisallow: /no' })
    await expect(check('https://a.example/no/x.jpg')).rejects.toThrow(SourceBlockedError)
    expect(await check('https://a.example/x.jpg')).toEqual({ gapMs: 0 })
  })

  it('is one for each origin', async () => {
    const { check, asked } = robotsOf({ text: '' })
    for (const origin of ['https://a.example', 'http://a.example', 'https://a.example:80', 'https://b.example']) {
      await check(`${origin}/x.jpg`)
      await check(`${origin}/y.jpg`)
    }
    expect(asked).toHaveLength(4)
  })

  it('may ask for a gap, within reason', async () => {
    const gapOf = async (delay: string) => {
      const { check } = robotsOf({ text: `User-agent: *\nCrawl-delay: ${delay}` })
      return (await check('https://a.example/')).gapMs
    }
    expect(await gapOf('2.5')).toBe(2_500)
    expect(await gapOf('86400')).toBe(30_000)
    expect(await gapOf('Infinity')).toBe(30_000)
    expect(await gapOf('-5')).toBe(0)
    expect(await gapOf('soon')).toBe(0)
  })

  it('that nobody could match in time is not matched', async () => {
    const line = `Disallow: /${'*a'.repeat(900)}b\n`
    const { check } = robotsOf({ text: `User-agent: *\n${line.repeat(280)}` })
    await expect(check(`https://a.example/${'a'.repeat(2_000)}`)).rejects.toThrow(SourceBlockedError)
    expect(await check('https://a.example/a.jpg')).toEqual({ gapMs: 0 })
  })

  it.each([400, 401, 403, 404, 410, 451])('that is not there (%i) forbids nothing', async (httpStatus) => {
    const { check } = robotsOf({ httpStatus, text: 'User-agent: *\nDisallow: /' })
    expect(await check('https://a.example/x.jpg')).toEqual({ gapMs: 0 })
  })
})

describe('a robots.txt that cannot be read', () => {
  it.each([500, 503, 429])('for the moment (%i) forbids everything for the moment', async (httpStatus) => {
    const { check, asked } = robotsOf({ httpStatus })
    const error = await check('https://a.example/x.jpg').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SourceUnavailableError)
    expect(error).toMatchObject({ retryable: true, message: expect.stringMatching(/robots\.txt.+\.$/) })
    expect((error as SourceUnavailableError).retryAfterMs).toBeGreaterThan(0)
    expect((error as SourceUnavailableError).retryAfterMs).toBeLessThanOrEqual(300_000)
    await expect(check('https://a.example/y.jpg')).rejects.toThrow(SourceUnavailableError)
    expect(asked).toHaveLength(1)
  })

  it('is waited for as long as its host asks', async () => {
    const { check } = robotsOf(new SourceUnavailableError('Away.', { retryable: true, retryAfterMs: 3_600_000 }))
    const error = await check('https://a.example/x.jpg').catch((caught: unknown) => caught)
    expect((error as SourceUnavailableError).retryAfterMs).toBeGreaterThan(3_000_000)
  })

  it('since its host is not public says so', async () => {
    const { check } = robotsOf(new SourceBlockedError('The host a.example is not public.'))
    await expect(check('https://a.example/x.jpg')).rejects.toThrow('The host a.example is not public.')
  })
})

describe('what is known of a host', () => {
  it('is asked for again when it is old', async () => {
    const good = robotsOf({ text: '' }, { rulesMs: 20, troubleMs: 60_000 })
    const bad = robotsOf({ httpStatus: 500 }, { rulesMs: 60_000, troubleMs: 20 })
    for (let turn = 0; turn < 2; turn += 1) {
      await good.check('https://a.example/x.jpg')
      await expect(bad.check('https://a.example/x.jpg')).rejects.toThrow(SourceUnavailableError)
      await sleep(30)
    }
    expect(good.asked).toHaveLength(2)
    expect(bad.asked).toHaveLength(2)
  })

  it('is asked for once by all who need it, and no longer than somebody does', async () => {
    const signals: AbortSignal[] = []
    let answer = (_text: string) => {}
    const robots = createRobots({
      userAgent,
      fetchText(_url, inUse) {
        signals.push(inUse)
        return new Promise((resolve, reject) => {
          answer = (text) => resolve({ httpStatus: 200, text })
          inUse.addEventListener('abort', () => reject(inUse.reason))
        })
      },
    })
    const url = new URL('https://a.example/x.jpg')
    const leaving = new AbortController()
    const gone = robots.check(url, leaving.signal)
    const staying = robots.check(url, signal)
    leaving.abort(new Error('left'))
    await expect(gone).rejects.toThrow('left')
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    answer('')
    expect(await staying).toEqual({ gapMs: 0 })

    const other = new URL('https://b.example/x.jpg')
    const last = new AbortController()
    const alone = robots.check(other, last.signal)
    last.abort(new Error('left too'))
    await expect(alone).rejects.toThrow('left too')
    expect(signals[1]?.aborted).toBe(true)
    const again = robots.check(other, signal)
    answer('')
    expect(await again).toEqual({ gapMs: 0 })
    expect(signals).toHaveLength(3)
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ImageUrlOptions, parseImageUrl } from '../../src/venues/image-url.ts'
import { camelKeys } from '../support/camel-keys.ts'

const vea = 'https://img.vea-cdn.com/img/artists/a87c1de'
const tao = 'https://taogroup.com/wp-content/uploads/2026/03'
const imateq = 'https://venueeventartist.com/imateq'

const cases: Array<{ n: number; input: string; expected: Record<string, unknown> }> = JSON.parse(
  readFileSync(new URL('../fixtures/venues/url-cases.json', import.meta.url), 'utf8'),
)

function parse(input: string, options?: ImageUrlOptions) {
  const parsed = parseImageUrl(input, options)
  if (!parsed.ok) throw new Error(`${input} is rejected: ${parsed.reason}`)
  return parsed
}

function reasonOf(input: unknown, options?: ImageUrlOptions) {
  const parsed = parseImageUrl(input as string, options)
  return parsed.ok ? 'none' : parsed.reason
}

describe('parseImageUrl', () => {
  it.each(cases)('case $n: $input', ({ input, expected }) => {
    const { hostKind, ...rest } = camelKeys(expected)
    expect(parseImageUrl(input)).toMatchObject(hostKind === undefined ? rest : { ...rest, kind: hostKind })
  })
})

describe('an artist picture of the vea host', () => {
  it('keeps the number of a room when it is no size', () => {
    expect(parse(`${vea}/room_101.jpg`)).toMatchObject({ artistSlug: 'room-101', size: null })
    expect(parse(`${vea}/room_101_500.jpg`)).toMatchObject({
      artistSlug: 'room-101',
      size: 500,
      canonical: `${vea}/room_101.jpg`,
    })
  })

  it('is tried in the largest size, as listed, then without a size', () => {
    expect(parse(`${vea}/zedd_640.png`).candidates).toEqual([
      `${vea}/zedd_1500.png`,
      `${vea}/zedd_640.png`,
      `${vea}/zedd.png`,
    ])
    expect(parse(`${vea}/zedd_1500.jpg`).candidates).toEqual([`${vea}/zedd_1500.jpg`, `${vea}/zedd.jpg`])
  })

  it.each(['ti%C3%ABsto', 'tie%CC%88sto', 'tiësto', 'ti%EBsto'])('reads %s however it is encoded', (stem) => {
    expect(parse(`${vea}/${stem}_500.jpg`).artistSlug).toBe('tiesto')
  })

  it.each(['_500.jpg', 'sub/zedd_500.jpg', ''])('is no picture of an artist when the file is "%s"', (file) => {
    expect(reasonOf(`${vea}/${file}`)).toBe('vea-shape')
  })
})

describe('a picture of the image service', () => {
  it.each([
    ['event/446/1115/300KT200/1.jpeg', { fit: 'crop', width: 300, height: 200, token: '1' }],
    ['event/446/1115/7/1200SC0/2.png', { fit: 'scale', width: 1200, height: null, token: '2' }],
    ['artist/97/1165/raw/3.jpg', { fit: 'raw', width: null, height: null, entity: 'artist' }],
  ])('%s says how it is fitted', (path, facts) => {
    expect(parse(`${imateq}/${path}`)).toMatchObject({ kind: 'imateq', artistSlug: null, ...facts })
  })

  it('is tried at 1600 px, raw, then as listed', () => {
    expect(parse(`${imateq}/artist/97/1165/900SC0/421314.jpg?x=2`).candidates).toEqual([
      `${imateq}/artist/97/1165/1600SC0/421314.jpg`,
      `${imateq}/artist/97/1165/raw/421314.jpg`,
      `${imateq}/artist/97/1165/900SC0/421314.jpg`,
    ])
  })
})

describe('an upload of WordPress', () => {
  it.each([
    ['zedd-rotated.jpg', 'zedd.jpg', ['rotated']],
    ['zedd-scaled-1.jpg', 'zedd-scaled-1.jpg', []],
    ['zedd-150x150-1.jpg', 'zedd-150x150-1.jpg', []],
    ['zedd-e1699999999999-scaled-300x200.png', 'zedd.png', ['scaled', 'edited']],
    ['zedd-scaled.jpg.webp', 'zedd.jpg', ['webp-plugin', 'scaled']],
    ['zedd-300x300-300x300.jpg', 'zedd-300x300.jpg', []],
  ])('%s was made of %s', (name, original, notes) => {
    expect(parse(`${tao}/${name}`)).toMatchObject({ canonical: `${tao}/${original}`, notes })
  })

  it('is tried as the original, as the scaled copy, then as listed', () => {
    const names = ['zedd.jpg', 'zedd-scaled.jpg', 'zedd-rotated.jpg']
    expect(parse(`${tao}/zedd-rotated.jpg`).candidates).toEqual(names.map((name) => `${tao}/${name}`))
  })

  it.each([
    ['maroon-5', 'maroon-5', 'high'],
    ['maroon-5-1', 'maroon-5', 'medium'],
    ['Alan-Walker-1', 'alan-walker', 'medium'],
    ['dj-fennel-scaled-1', 'dj-fennel', 'medium'],
    ['blink-182', 'blink-182', 'high'],
    ['240000_Fisher', 'fisher', 'medium'],
    ['20260301_OMNIA_Zedd_Final_SQ', 'zedd', 'medium'],
    ['Carl%20Cox', 'carl-cox', 'high'],
    ['facade', 'facade', 'high'],
    ['imagine-dragons', 'imagine-dragons', 'high'],
    ['Picture-This', 'picture-this', 'high'],
    ['IMG_1234', null, 'none'],
    ['IMG_E1234', null, 'none'],
    ['DSC01234', null, 'none'],
    ['logo-white', null, 'none'],
    ['omnia-dayclub-logo', null, 'none'],
    ['Marquee_Flyer', null, 'none'],
    ['flyer_01', null, 'none'],
    ['flyer-01', null, 'none'],
    ['flyer-2', null, 'none'],
    ['flyer1', null, 'none'],
    ['logos-2', null, 'none'],
    ['OMNIA_Poster_2027', null, 'none'],
    ['final-v2-1', null, 'none'],
    ['311', null, 'none'],
    ['Omnia_311', '311', 'medium'],
    ['flyer-01_Zedd', 'zedd', 'medium'],
    ['Maroon_5', 'maroon-5', 'high'],
    ['0f8fad5b-d9cb-469f-a165-70867728950e', null, 'none'],
    ['a87c1de0f3', null, 'none'],
    ['1757536832674', null, 'none'],
    ['%C3%A9%21', 'e', 'high'],
  ])('named %s names %s', (stem, artistSlug, confidence) => {
    expect(parse(`${tao}/${stem}.jpg`)).toMatchObject({ artistSlug, confidence })
  })

  it('of a stranger is read alike and not allowed', () => {
    expect(parse('https://blog.example/wp-content/uploads/zedd-300x300.jpg')).toMatchObject({
      kind: 'wp-foreign',
      allowed: false,
      canonical: 'https://blog.example/wp-content/uploads/zedd.jpg',
    })
  })
})

describe('the address', () => {
  it.each([
    ['', 'empty'],
    ['  \n ', 'empty'],
    ['url("")', 'empty'],
    ['data:image/gif;base64,R0lGODlhAQABAAAAACw=', 'scheme'],
    [`data:image/png;base64,${'A'.repeat(1_000_000)}`, 'scheme'],
    ['blob:https://taogroup.com/1c2d', 'scheme'],
    ['about:blank', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['mailto:a@b.example', 'scheme'],
    [`${vea}/dj\u0000name_500.jpg`, 'invalid-url'],
    [`${vea}/dj%0aname_500.jpg`, 'invalid-url'],
    ['/wp-content/uploads/zedd.jpg', 'invalid-url'],
    ['https://', 'invalid-url'],
    [`${tao}/${'a'.repeat(5_000)}.jpg`, 'too-long'],
    ['https://i0.wp.com/', 'invalid-url'],
    ['https://i0.wp.com/user:pw@taogroup.com/a.jpg', 'credentials'],
    [`${tao}/zedd.webp`, 'unsupported-type'],
    [`${vea}/zedd_500.gif`, 'unsupported-type'],
    [`${tao}/zedd`, 'no-image-extension'],
    [`${tao}/picture.php`, 'no-image-extension'],
    [`${tao}/.jpg`, 'no-image-extension'],
    [null, 'empty'],
    [undefined, 'empty'],
    [42, 'invalid-url'],
    [{}, 'invalid-url'],
  ])('%.60s is rejected: %s', (input, reason) => {
    expect(reasonOf(input)).toBe(reason)
  })

  it('may be relative to the page', () => {
    const base = 'https://taogroup.com/events/'
    expect(parse('../wp-content/uploads/zedd.jpg', { base }).canonical).toBe(
      'https://taogroup.com/wp-content/uploads/zedd.jpg',
    )
    expect(reasonOf('../a.jpg', { base: 'no address' })).toBe('invalid-url')
  })

  it('loses http, the default port, the dot of the host, query and fragment, and nothing of the path', () => {
    const canonical = 'https://taogroup.com/wp-content/uploads/Ti%c3%abSTO.JPG'
    expect(parse('HTTP://TaoGroup.com.:80/wp-content/uploads/Ti%c3%abSTO.JPG?a=1#b')).toMatchObject({
      canonical,
      host: 'taogroup.com',
    })
  })

  it.each(['taogroup.com.evil.example', 'eviltaogroup.com', 'evilbooketing.com', 'img.vea-cdn.com:8443'])(
    'on %s is not allowed',
    (host) => {
      expect(parse(`https://${host}/wp-content/uploads/zedd.jpg`).allowed).toBe(false)
    },
  )

  it.each(['www.taogroup.com', 'omnia.booketing.com', 'press.example:8443'])('on %s is allowed', (host) => {
    const options = { allowedHosts: ['press.example:8443'] }
    expect(parse(`https://${host}/wp-content/uploads/zedd.jpg`, options).allowed).toBe(true)
  })
})

describe('a mirror', () => {
  const options = { mirrorHosts: ['127.0.0.1:3000'] }
  const mirror = 'http://127.0.0.1:3000'

  it.each([
    ['/img/artists/a87c1de/zedd_500.jpg', 'vea', '/img/artists/a87c1de/zedd.jpg'],
    ['/imateq/event/446/1115/685652/500SC0/1.jpeg?x=2', 'imateq', '/imateq/event/446/1115/685652/raw/1.jpeg'],
    ['/wp-content/uploads/zedd-scaled.jpg', 'wp', '/wp-content/uploads/zedd.jpg'],
    ['/img/venues/0000001/logo_500.png', 'direct', '/img/venues/0000001/logo_500.png'],
  ])('keeps http and its port, and the path %s makes it %s', (path, kind, canonical) => {
    expect(parse(mirror + path, options)).toMatchObject({ kind, allowed: true, canonical: mirror + canonical })
  })

  it('is another host on another port', () => {
    expect(parse('http://127.0.0.1:3001/wp-content/uploads/zedd.jpg', options)).toMatchObject({
      kind: 'wp-foreign',
      allowed: false,
    })
  })
})

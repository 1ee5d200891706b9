import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { SourceBlockedError } from '../../src/errors.ts'
import { checkUrl, isPublicAddress } from '../../src/services/sources/address-guard.ts'

const check = (text: string, allow: readonly string[] = []) => checkUrl(text, { allow })

const insideHosts = `
  127.0.0.1 127.0.0.1. 127.1 127.0.1 127.255.255.254 2130706433 017700000001 0x7f000001 0x7f.1
  0x7F.0x0.0x0.0x1 0177.0.0.1 0177.0x0.0.1 00000177.1 １２７.０.０.１ ①②⑦.⓪.⓪.① 127。0。0。1 127．0．0．1 %31%32%37.0.0.1
  %6c%6f%63alhost 0 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 169.254.169.254
  2852039166 0xa9fea9fe 0251.0376.0251.0376 169.254.43518 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170
  192.0.2.1 192.88.99.1 192.168.1.1 3232235777 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1
  239.255.255.255 240.0.0.1 255.255.255.255 4294967295 [::] [::1] [0:0:0:0:0:0:0:1]
  [0000:0000:0000:0000:0000:0000:0000:0001] [::127.0.0.1] [::8.8.8.8] [::ffff:127.0.0.1] [::ffff:7f00:1]
  [::FFFF:7F00:0001] [::ffff:8.8.8.8] [::ffff:0:127.0.0.1] [::ffff:169.254.169.254] [0:0:0:0:0:ffff:a9fe:a9fe]
  [64:ff9b::7f00:1] [64:ff9b::8.8.8.8] [64:ff9b:1::a00:1] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2001::1]
  [2001:0:7f00:1::] [2001:2::1] [2001:10::1] [2001:db8::1] [3fff::1] [100::1] [fc00::1] [fd12:3456:789a::1]
  [fe80::1] [fec0::1] [ff02::1] [4000::1] [5f00::1] [fe00::1] localhost localhost. LOCALHOST LocalHost.
  ⓛⓞⓒⓐⓛⓗⓞⓢⓣ foo.localhost foo.localhost. printer.local metadata.google.internal metadata.google.internal.
  router.home.arpa intranet redis metadata 168.63.129.16 2822734096
`
  .trim()
  .split(/\s+/)

const badUrls = [
  '',
  ' ',
  'example.com',
  '//example.com/a.jpg',
  'http://',
  'http://.',
  'http://..',
  'http://a..example/',
  'http://example.com../',
  'http://exa mple.com/',
  'http://256.0.0.1/',
  'http://1.2.3.4.5/',
  'http://4294967296/',
  'http://[fe80::1%25eth0]/',
  'http://[::1/',
  'http://[::g]/',
  'http://example.com:99999/',
  'http://user:pass@example.com/',
  'http://user@example.com/',
  'http://:pass@example.com/',
  'http://example.com@127.0.0.1/',
  'http://example.com:8080/',
  'https://example.com:8443/',
  'http://example.com:22/',
  'http://example.com:0/',
  'ftp://example.com/a.jpg',
  'file:///etc/passwd',
  'file://example.com/a.jpg',
  'data:image/png;base64,AAAA',
  'javascript:alert(1)',
  'blob:https://example.com/1',
  'ws://example.com/',
  'gopher://example.com/',
  `https://example.com/${'a'.repeat(2_048)}`,
]

describe('a host inside', () => {
  it.each(insideHosts)('is refused as %s', (host) => {
    for (const scheme of ['http', 'https']) {
      expect(() => check(`${scheme}://${host}/a.jpg`)).toThrow(SourceBlockedError)
    }
  })

  it('is refused in whatever way an address of it is written', () => {
    const ranges =
      '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3'
    const inside = fc
      .record({ range: fc.constantFrom(...ranges.split(' ')), bits: fc.nat(0xffffffff) })
      .map(({ range, bits }) => {
        const [base, length] = ipaddr.IPv4.parseCIDR(range)
        const first = base.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0)
        return first + (bits % 2 ** (32 - length))
      })
    const spelled = fc.tuple(
      inside,
      fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 4 }),
    )
    fc.assert(
      fc.property(spelled, ([address, radixes, parts]) => {
        for (const host of [spellV4(address, radixes, parts), ...spellV6(address)]) {
          expect(() => check(`http://${host}/`), host).toThrow(SourceBlockedError)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('an IPv6 address', () => {
  it('outside of global unicast is refused', () => {
    const groups = fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(groups, ([first = 0, ...rest]) => {
        const outside = [first & 0x1fff, (first & 0x1fff) | 0x4000, first | 0x8000]
        for (const start of outside) {
          const address = [start, ...rest].map((group) => group.toString(16)).join(':')
          expect(isPublicAddress(address), address).toBe(false)
          expect(() => check(`http://[${address}]/`), address).toThrow(SourceBlockedError)
        }
      }),
    )
  })
})

/** In one to four parts, the last one of which holds the rest, each in decimal, hex or octal. */
function spellV4(address: number, radixes: readonly number[], parts: number): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256)
  const numbers = [...bytes.slice(0, parts - 1), address % 2 ** (8 * (5 - parts))]
  const spell = [(n: number) => `${n}`, (n: number) => `0x${n.toString(16)}`, (n: number) => `0${n.toString(8)}`]
  return numbers.map((n, at) => spell[radixes[at] ?? 0]?.(n)).join('.')
}

/** All IPv6 forms that carry it. */
function spellV6(address: number): string[] {
  const dotted = spellV4(address, [], 4)
  const [high, low] = [Math.floor(address / 65_536).toString(16), (address % 65_536).toString(16)]
  const before = ['::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::', '0:0:0:0:0:FFFF:']
  return [...before.flatMap((start) => [`[${start}${dotted}]`, `[${start}${high}:${low}]`]), `[2002:${high}:${low}::1]`]
}

describe('a URL', () => {
  it.each(badUrls)('is refused as %s', (url) => {
    expect(() => check(url)).toThrow(SourceBlockedError)
  })

  it.each([
    'http://example.com/a.jpg',
    'https://example.com/a.jpg?x=1',
    'https://example.com:443/',
    'http://example.com:80/',
    'https://example.com:80/',
    'HTTPS://EXAMPLE.COM/',
    'https://bücher.example/bild.jpg',
    'https://a_b.example.com/',
    'https://local.example.com/',
    'https://mylocalhost.example/',
    'http://8.8.8.8/',
    'http://134744072/',
    'http://192.167.255.255/',
    'http://172.32.0.1/',
    'http://[2606:4700:4700::1111]/',
    `https://example.com/${'a'.repeat(2_028)}`,
  ])('is taken as %s', (url) => {
    expect(check(url).href).toBe(new URL(url).href)
  })

  it('has one spelling for one host, and no fragment', () => {
    expect(check('https://EXAMPLE.com./a.jpg#top').href).toBe('https://example.com/a.jpg')
  })

  it('is refused with a sentence', () => {
    for (const url of [...badUrls, 'http://127.0.0.1/', 'http://localhost/']) {
      expect(() => check(url), url).toThrow(/^The .+\.$/)
    }
  })
})

describe('the list of allowed addresses', () => {
  it('exempts exactly the host and port that it names', () => {
    const allow = ['localhost:4010', '127.0.0.1:80', '[::1]:4010', 'MinIO:9000']
    for (const url of [
      'http://localhost:4010/',
      'http://localhost.:4010/',
      'https://localhost:4010/',
      'http://127.0.0.1/',
      'http://2130706433/',
      'http://[::1]:4010/',
      'http://minio:9000/a',
    ]) {
      expect(() => check(url, allow), url).not.toThrow()
    }
    for (const url of [
      'http://localhost/',
      'http://localhost:4011/',
      'http://127.0.0.1:4010/',
      'https://127.0.0.1/',
      'http://a.localhost:4010/',
      'http://127.0.0.2/',
    ]) {
      expect(() => check(url, allow), url).toThrow(SourceBlockedError)
    }
  })

  it('exempts from nothing else', () => {
    expect(() => check('http://user:pass@localhost:4010/', ['localhost:4010'])).toThrow(SourceBlockedError)
    expect(() => check('ftp://localhost:4010/', ['localhost:4010'])).toThrow(SourceBlockedError)
  })

  it('means nothing when empty, or when it is a pattern', () => {
    for (const allow of [[], [''], ['*'], ['*:*'], ['localhost'], ['0.0.0.0/0']]) {
      expect(() => check('http://localhost:4010/', allow)).toThrow(SourceBlockedError)
    }
  })
})

describe('an address', () => {
  it.each(['', 'localhost', '127.1', '0177.0.0.1', '8.8.8', '[::1]', 'fe80::1%eth0', '8.8.8.8 '])(
    'is not public as "%s"',
    (text) => {
      expect(isPublicAddress(text)).toBe(false)
    },
  )

  it.each(['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.0', '223.255.255.255', '2606:4700::1', '2a00:1450::1'])(
    'is public as %s',
    (text) => {
      expect(isPublicAddress(text)).toBe(true)
    },
  )
})

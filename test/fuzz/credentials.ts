import fc from 'fast-check'
import type { Role } from '../../src/auth/viewer.ts'
import type { Exchange } from './exchange.ts'
import type { Frame } from './frames.ts'
import { lines, words } from './strings.ts'

/** What is true of who asks, to make something of that is not. */
export interface Credentials {
  tokens: Readonly<Record<Role, string>>
  /** of the cookie of whoever is signed in now */
  session(): string
}

/** Stands for the secret in the cookie, which is another one after each signing in. */
const secret = 'SESSION'

const csrf = 'x-graphql-yoga-csrf: 1'

/** Values of Authorization that no token is to be read from. */
const wrongAuthorizations = ({ viewer, admin }: Credentials['tokens']) => [
  ...lines(`Basic YTpi
Bearer
Bearer  ${admin}
Bearer\t${admin}
Bearer ${admin}x
Bearer ${admin.slice(0, -1)}
Bearer ${admin.toUpperCase()}
Bearer ${admin} ${admin}
Bearer ${viewer}, Bearer ${admin}
Bearer "${admin}"
Bearer ${admin}\x80
Bearer __proto__
Token ${admin}
${admin}`),
  '',
  `Bearer ${'x'.repeat(201)}`,
  `Bearer ${'x'.repeat(7_000)}`,
  `Bearer ${viewer}\r\nAuthorization: Bearer ${admin}`,
]

const wrongCookies = [
  ...lines(`greenroom=
greenroom
=
; ; =; "
greenroom=%zz
greenroom=%00
greenroom="${secret}"
greenroom=${secret}x
greenroom=x; greenroom=${secret}
__Host-greenroom=${secret}
Greenroom=${secret}
__proto__=${secret}
constructor=x; toString=y`),
  `greenroom=${'x'.repeat(7_000)}`,
  'a=b; '.repeat(1_500),
  `greenroom=x\r\nCookie: greenroom=${secret}`,
]

/** Header lines of who asks: right ones for two in three. */
export function anyCredentials({ tokens, session }: Credentials): fc.Arbitrary<string[]> {
  const bearers = Object.values(tokens).map((token) => [`Authorization: Bearer ${token}`])
  const cookie = `Cookie: greenroom=${secret}`
  const wrong = [
    ...wrongAuthorizations(tokens).map((value) => [`Authorization: ${value}`]),
    ...wrongCookies.flatMap((value) => [[`Cookie: ${value}`], [`Cookie: ${value}`, csrf]]),
    [cookie, 'Authorization: Bearer x'],
    [],
  ]
  return fc
    .oneof(
      { weight: 2, arbitrary: fc.constantFrom(...bearers, [cookie], [cookie, csrf]) },
      { weight: 1, arbitrary: fc.constantFrom(...wrong) },
    )
    .map((headers) => headers.map((header) => header.replaceAll(secret, session())))
}

/** The first message of a WebSocket session, with what browsers say there of who asks. */
export function anyInit({ tokens }: Credentials): fc.Arbitrary<Frame> {
  const values = [...Object.values(tokens).map((token) => `Bearer ${token}`), ...wrongAuthorizations(tokens)]
  const odd: unknown[] = [null, 5, {}, [], [`Bearer ${tokens.admin}`], { toString: 'x' }]
  const payloads = [...values, ...odd].flatMap((value) => [{ authorization: value }, { Authorization: value }])
  const messages = payloads.map((payload) => JSON.stringify({ type: 'connection_init', payload }))
  return fc.constantFrom(...messages).map((message) => ({ opcode: 1, payload: Buffer.from(message) }))
}

const formType = 'application/x-www-form-urlencoded'

/** Requests to /session: the form, what only looks like it, sessions that begin and end; all there in full. */
export function anySignIn(port: () => number, credentials: Credentials): fc.Arbitrary<Exchange> {
  const { viewer, admin } = credentials.tokens
  const forms = [
    ...words(`token=${viewer} token=${admin} TOKEN=${admin} token[]=${admin} token=${viewer}&token=${admin} a=b&token=${admin}
      token token= = & % token=%zz token=%00 token=%20${admin}%20 token=${admin}%0d%0aSet-Cookie:%20a=b token=<script>
      token=__proto__ __proto__=x token=\xff\xfe {"token":"x"} token=+${admin}`),
    '',
    `token=${'x'.repeat(4_090)}`,
    `token=${'x'.repeat(5_000)}`,
    `token=${'%41'.repeat(100_000)}`,
    'a=b&'.repeat(1_000),
  ]
  const types = [
    formType,
    formType,
    formType,
    `${formType}; charset=utf-16`,
    `${formType}x`,
    'text/plain',
    'multipart/form-data',
  ]
  return fc
    .record({
      method: fc.constantFrom('POST', 'POST', 'POST', 'POST', 'GET', 'DELETE', 'PUT', 'OPTIONS'),
      who: fc.oneof(fc.constant([]), anyCredentials(credentials)),
      type: fc.constantFrom(...types),
      accept: fc.constantFrom('text/html', '*/*', 'application/json'),
      form: fc.constantFrom(...forms),
      chunked: fc.boolean(),
      pauseMs: fc.nat(10),
      ending: fc.constantFrom<Exchange['ending'][]>('wait', 'wait', 'half-close', 'reset'),
    })
    .map(({ method, who, type, accept, form, chunked, pauseMs, ending }) => {
      const length = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${form.length}`
      const lead = [
        `${method} /session HTTP/1.1`,
        `Host: localhost:${port()}`,
        `Accept: ${accept}`,
        `Content-Type: ${type}`,
      ]
      const head = [...lead, ...who, length, '', ''].join('\r\n')
      const piece = form && chunked ? `${form.length.toString(16)}\r\n${form}\r\n` : form
      return {
        path: '/session',
        pieces: [head, piece, ...(chunked ? ['0\r\n\r\n'] : [])],
        pauseMs,
        isWhole: true,
        ending,
      }
    })
}

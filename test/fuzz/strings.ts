import fc from 'fast-check'

/** A list in the least room. */
export const words = (text: string) => text.trim().split(/\s+/)
export const lines = (text: string) => text.trim().split('\n')

/** Texts that have broken parsers, databases, paths or pages; none of them looks like a leak of ours. */
export const hostileStrings: readonly string[] = [
  ...words(
    '😀 İ \ud800 x\udfff \u202egpj.exe e\u0301 \uffff a\0b % _ \\ #{7*7} {{7*7}} ..\\..\\x %2e%2e%2f null NaN 1e999 -1',
  ),
  ...words('../../../etc/passwd __proto__ constructor toString liv carl-cox presets webp image/jpeg photo.jpg'),
  ...lines(`'; drop table x; --
" or ""="
<img src=x onerror=alert(1)>`),
  '',
  ' ',
  '\0',
  '\r\nset-cookie: a=b',
  'a'.repeat(5_000),
  'é'.repeat(300),
]

/** Addresses that nothing is fetched from: not public, not http, or without a host that there is. */
export const blockedAddresses: readonly string[] = [
  ...words(`http://127.0.0.1:1/x.jpg http://[::1]/x.jpg http://0/x.jpg http://2130706433/x.jpg http://localhost/x.jpg
    http://169.254.169.254/latest http://photos.invalid/x.jpg http://user:secret@127.0.0.1/ file:///etc/passwd
    data:image/png;base64,AAAA javascript:1 http:// //x`),
  '',
  '\0',
]

export const hostileString = fc.constantFrom(...hostileStrings)

import pino from 'pino'

export type Log = pino.Logger

/** Fields that never belong in a log, whoever puts them there and however deep; in lower case. */
const secretFields = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'x-upload-token',
  'x-amz-security-token',
  'accesskeyid',
  'secretaccesskey',
  'sessiontoken',
  'credentials',
]
const secretField = new RegExp(`"(?:${secretFields.join('|')})":`, 'i')

/** The line is read anew only where it has such a field: pino's own redaction of any depth makes each line fifty times dearer. */
function hideFields(line: string): string {
  if (!secretField.test(line)) return line
  const hide = (name: string, value: unknown) => (secretFields.includes(name.toLowerCase()) ? '[redacted]' : value)
  return `${JSON.stringify(JSON.parse(line, hide))}\n`
}

/** What follows the scheme of a URL, to its end; taken as a whole, so that the longest line takes no time. */
const urlRest = /:\/\/[^\s"'\\<>]+/g
const bearer = /\b(bearer\s+)[\w~+/=.-]{8,}/gi

/** What a URL says before its host or after its question mark may be a password or a signature, wherever it is told. */
export function hideSecrets(line: string): string {
  return line.replace(urlRest, hideInUrl).replace(bearer, '$1[redacted]')
}

function hideInUrl(rest: string): string {
  const [beforeQuery = '', ...query] = rest.split('?')
  const shown = beforeQuery.replace(/^:\/\/[^/#]*@/, '://[redacted]@')
  return query.join('') === '' ? `${shown}${'?'.repeat(query.length)}` : `${shown}?[redacted]`
}

/** JSON lines, on standard output when no destination is given. */
export function createLog(level: string, destination?: pino.DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    hooks: { streamWrite: (line: string) => hideSecrets(hideFields(line)) },
  }
  return destination ? pino(options, destination) : pino(options)
}

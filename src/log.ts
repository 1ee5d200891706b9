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
  'apikey',
  'api-key',
  'x-api-key',
  'authtoken',
  'connectionparams',
  'd1_token',
  's3_access_key_id',
  's3_secret_access_key',
  'greenroom_token',
]
const names = secretFields.join('|')
const secretField = new RegExp(`"(?:${names})":`, 'i')
/** Such a field of JSON that is told in a string, and all that follows in that string: where it ends is anybody's guess. */
const toldField = new RegExp(String.raw`(\\"(?:${names})\\+"\s*:)(?:[^"\\]|\\.)*`, 'gi')

/** The line is read anew only where it has such a field: pino's own redaction of any depth makes each line fifty times dearer. */
function hideFields(line: string): string {
  if (!secretField.test(line)) return line
  const hide = (name: string, value: unknown) => (secretFields.includes(name.toLowerCase()) ? '[redacted]' : value)
  return `${JSON.stringify(JSON.parse(line, hide))}\n`
}

/** What follows the scheme of a URL, to its end; taken as a whole, so that the longest line takes no time. */
const urlRest = /:\/\/[^\s"'\\<>]+/g
const bearer = /\b(bearer\s+)[\w~+/=.-]{8,}/gi
/** A token of ours, which has its prefix for this. */
const ownToken = /grn_[\w-]{43}/g
/** Up to an `@` of the host's part, or any `@` where a password with a slash in it leaves no port after the colon. */
const userInfo = /^:\/\/(?:[^/#]*|[^:/?#]*:(?!\d*(?:[/?#]|$)).*)@/

/** What a URL says before its host or after its question mark may be a password or a signature, wherever it is told. */
export function hideSecrets(line: string): string {
  return line
    .replace(toldField, '$1[redacted]')
    .replace(urlRest, hideInUrl)
    .replace(bearer, '$1[redacted]')
    .replace(ownToken, '[redacted]')
}

function hideInUrl(rest: string): string {
  // first: a password may have a question mark in it
  const [shown = '', ...query] = rest.replace(userInfo, '://[redacted]@').split('?')
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

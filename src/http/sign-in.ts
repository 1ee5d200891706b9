import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { UnauthorizedError } from '../auth/auth-errors.ts'
import { within } from '../services/within.ts'
import type { Asked } from './authentication.ts'

/** A form with one token in it, bytes. */
const maxFormBytes = 4_096

/** How long it may take to arrive, ms. */
const patienceMs = 10_000

const formType = 'application/x-www-form-urlencoded'

/** Whether a browser's address bar or form asks, and not a program. */
export const asksForPage = ({ header }: Asked) => header('accept')?.includes('text/html') ?? false

export const isForm = ({ headers }: IncomingMessage) => headers['content-type']?.startsWith(formType) ?? false

/** What was given in the field `token` of the form. Throws UnauthorizedError for a body that is no such form. */
export async function readToken(request: IncomingMessage, ms = patienceMs): Promise<string> {
  const form = await within(ms, () => readToEnd(request), tooSlow)
  if (form.length > maxFormBytes) throw new UnauthorizedError('That is far too long for a token.')
  return new URLSearchParams(form).get('token')?.trim() ?? ''
}

/** What is too long is read all the same, or the browser would not be shown what we say to it; it is not kept. */
async function readToEnd(request: IncomingMessage): Promise<string> {
  let form = ''
  try {
    for await (const chunk of request) if (form.length <= maxFormBytes) form += String(chunk)
  } catch {
    // whoever has broken off is nobody, as is who sends nothing
    return ''
  }
  return form
}

function tooSlow(): never {
  throw new UnauthorizedError('The form took too long to arrive.')
}

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { display: grid; place-items: center; min-height: 90vh; margin: 0; padding: 1rem }
  form { display: grid; gap: 0.75rem; width: min(24rem, 100%) }
  h1 { font-size: 1.4rem; margin: 0 }
  p { margin: 0 }
  input, button { font: inherit; padding: 0.5rem 0.75rem; border: 1px solid GrayText; border-radius: 0.4rem }
  [role=alert] { border-left: 4px solid #fb7185; padding-left: 0.75rem }
`

const hash = createHash('sha256').update(style).digest('base64')

/** No script, so none may run. */
const policy = `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`

/** The page where a browser gives its token; `problem` is a sentence of ours. */
export function answerSignInPage(response: ServerResponse, problem: string | null): void {
  response.writeHead(problem === null ? 200 : 401, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy,
    // without one, browsers send the form with no Origin that could be looked at
    'Referrer-Policy': 'same-origin',
  })
  response.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Greenroom: sign in</title>
<style>${style}</style>
<form method="post" action="/session">
  <h1>Greenroom</h1>
  ${problem === null ? '' : `<p role="alert">${problem}</p>`}
  <label for="token">Your token</label>
  <input id="token" name="token" type="password" autocomplete="current-password" placeholder="grn_…" required autofocus>
  <button>Sign in</button>
  <p><small>Whoever runs the service makes one with <code>greenroom token create</code>.</small></p>
</form>
</html>
`)
}

import { createSessions, type SessionRows } from '../auth/sessions.ts'
import { recordOf } from '../auth/token-records.ts'
import { createTokens, type Tokens } from '../auth/tokens.ts'
import { watchTokens } from '../auth/watch-tokens.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { createAuthentication } from './authentication.ts'
import { createOriginPolicy } from './origin-policy.ts'
import { createSessionRoute } from './session.ts'

interface Deps {
  tokens: Tokens | null
  sessions: SessionRows
}

/** Who may connect, who it is that asks, and how a browser signs in. */
export function createWhoMay({ tokens, sessions: rows }: Deps, { trustProxy, corsOrigins }: Config['auth']) {
  const sessions = createSessions({ rows, tokens: tokens ?? { byRecord: () => null } })
  const authentication = createAuthentication({ tokens, sessions, trustProxy })
  return {
    originPolicy: createOriginPolicy({ hasTokens: tokens !== null, trustProxy, corsOrigins }),
    authentication,
    session: createSessionRoute({ authentication, sessions, trustProxy }),
    [Symbol.dispose]: () => sessions[Symbol.dispose](),
  }
}

/** The tokens that are kept, followed as they change; null where there are none. Throws TokenFileError. */
export async function openTokens(kept: Config['auth']['tokens'], log: Log): Promise<(Tokens & AsyncDisposable) | null> {
  if (!kept) return null
  if ('file' in kept) return watchTokens(kept.file, log)
  const only = createTokens([recordOf(kept.only, { name: 'this command', role: 'admin', expiresAt: null })])
  return { ...only, async [Symbol.asyncDispose]() {} }
}

import { createSessions } from '../auth/sessions.ts'
import { recordOf } from '../auth/token-records.ts'
import { createTokens, type Tokens } from '../auth/tokens.ts'
import { watchTokens } from '../auth/watch-tokens.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { createAuthentication } from './authentication.ts'
import { createOriginPolicy } from './origin-policy.ts'
import { createSessionRoute } from './session.ts'

/** Who may connect, who it is that asks, and how a browser signs in. Throws TokenFileError. */
export async function openWhoMay({ tokens: kept, trustProxy, corsOrigins }: Config['auth'], log: Log) {
  const tokens = await openTokens(kept, log)
  const sessions = createSessions()
  const authentication = createAuthentication({ tokens, sessions, trustProxy })
  return {
    originPolicy: createOriginPolicy({ hasTokens: tokens !== null, trustProxy, corsOrigins }),
    authentication,
    session: createSessionRoute({ authentication, sessions, trustProxy }),
    async [Symbol.asyncDispose]() {
      await tokens?.[Symbol.asyncDispose]?.()
    },
  }
}

async function openTokens(
  kept: Config['auth']['tokens'],
  log: Log,
): Promise<(Tokens & Partial<AsyncDisposable>) | null> {
  if (!kept) return null
  if ('file' in kept) return watchTokens(kept.file, log)
  return createTokens([recordOf(kept.only, { name: 'this command', role: 'admin', expiresAt: null })])
}

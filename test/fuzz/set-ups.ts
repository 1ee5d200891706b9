import path from 'node:path'
import { changeTokenFile } from '../../src/auth/token-file.ts'
import { makeToken, recordOf } from '../../src/auth/token-records.ts'
import { roles } from '../../src/auth/viewer.ts'
import { createDataDir } from '../support/server.ts'
import { learn } from './learn.ts'
import { createStudio } from './pictures.ts'
import { createSender, type Sender } from './send-picture.ts'
import { type FuzzedService, startService, type Vitals } from './service.ts'
import { httpTrials, pictureTrial, tokenTrials } from './trials.ts'
import type { Trial } from './try-out.ts'

/** A service, what is tried out on it, and what it held before. */
export interface SetUp<Kind extends string> extends AsyncDisposable {
  service: FuzzedService
  trials: Record<Kind, Trial<unknown>>
  before: Vitals
}

async function setUp<Kind extends string>(
  service: FuzzedService,
  trials: Record<Kind, unknown>,
  dispose = () => service[Symbol.asyncDispose](),
): Promise<SetUp<Kind>> {
  const before = await service.vitals()
  // each of them takes only what it has made itself
  return { service, trials: trials as Record<Kind, Trial<unknown>>, before, [Symbol.asyncDispose]: dispose }
}

export async function setUpHttp(env: Record<string, string> = {}) {
  const service = await startService(env)
  return setUp(service, httpTrials(service, await learn(service)))
}

/** So little that what is sent reaches every limit. */
const fewOfAll = {
  MUTATIONS_PER_MINUTE: '60',
  UPLOADS_PER_MINUTE: '60',
  SUBSCRIPTIONS_PER_CLIENT: '3',
  MAX_SUBSCRIPTIONS: '12',
  QUEUE_LIMIT: '4',
}

/** A service that lets nobody in without a token, and nobody do much. */
export async function setUpTokens(env: Record<string, string> = {}) {
  const { tokens, file, folder } = await createTokens()
  const service = await startService({ AUTH_TOKENS_FILE: file, ...fewOfAll, ...env }, bearer(tokens.admin))
  let session = ''

  async function signIn(): Promise<void> {
    const response = await fetch(`${service.url}/session`, { method: 'POST', headers: bearer(tokens.editor) })
    session = /greenroom=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? ''
    await response.body?.cancel()
  }

  const credentials = { tokens, session: () => session }
  return setUp(service, tokenTrials(service, await learn(service), credentials, signIn), async () => {
    await service[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** One for each role. */
async function createTokens() {
  const folder = await createDataDir()
  const file = path.join(folder.dir, 'tokens.json')
  const tokens = { viewer: makeToken(), editor: makeToken(), admin: makeToken() }
  const records = roles.map((role) => recordOf(tokens[role], { name: role, role, expiresAt: null }))
  await changeTokenFile(file, () => ({ records, result: null }))
  return { tokens, file, folder }
}

/** `onEnd` hears how each picture of the trial ended. */
export async function setUpPictures(onEnd: (end: string) => void): Promise<SetUp<'pictures'> & { sender: Sender }> {
  const service = await startService({ DEFAULT_RECIPES: 'presets' })
  const sender = createSender(service)
  await learn(service)
  return { ...(await setUp(service, { pictures: pictureTrial(await createStudio(), sender, onEnd) })), sender }
}

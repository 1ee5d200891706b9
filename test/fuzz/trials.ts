import fc from 'fast-check'
import { anyCredentials, anyInit, anySignIn, type Credentials } from './credentials.ts'
import { type Exchange, exchange } from './exchange.ts'
import { anyForm, anyTransfer } from './forms.ts'
import { anyOperation, type Posted, post } from './operations.ts'
import type { BrokenPicture, Studio } from './pictures.ts'
import { anyPipeline, anyRequest } from './requests.ts'
import { type Sender, type Way, ways } from './send-picture.ts'
import type { FuzzedService } from './service.ts'
import { anySession, converse, init, type Session } from './sessions.ts'
import type { Trial } from './try-out.ts'
import type { Known } from './values.ts'

export const httpKinds = ['requests', 'pipelines', 'forms', 'transfers', 'operations', 'sessions'] as const
export const tokenKinds = ['token-requests', 'token-forms', 'token-sessions', 'sign-ins'] as const

export type Kind = (typeof httpKinds)[number] | (typeof tokenKinds)[number] | 'pictures'

const shortened = (text: string) =>
  text.length > 1_500 ? `${text.slice(0, 1_500)}… (${text.length} characters)` : text

function createMakers(service: FuzzedService) {
  return {
    port: () => Number(new URL(service.url).port),
    exchanges: (name: Kind, input: fc.Arbitrary<Exchange>): Trial<Exchange> => ({
      name,
      input,
      attempt: (said) => exchange(service.url, said),
      describe: (said) => shortened(JSON.stringify(said)),
    }),
    sessions: (name: Kind, input: fc.Arbitrary<Session>): Trial<Session> => ({
      name,
      input,
      attempt: (session) => converse(service.url, session),
      describe({ frames, ...session }) {
        const readable = frames.map((frame) => ({ ...frame, payload: String(frame.payload) }))
        return shortened(JSON.stringify({ ...session, frames: readable }))
      },
    }),
  }
}

/** What a client may do to the HTTP surface, whatever it means by it. */
export function httpTrials(service: FuzzedService, known: Known) {
  const { port, exchanges, sessions } = createMakers(service)
  const operations = anyOperation(known)
  const nobody = fc.constant<string[]>([])
  const posted: Trial<Posted> = {
    name: 'operations',
    input: fc.record({ operation: operations, way: fc.constantFrom('json', 'json', 'json', 'address') }),
    attempt: (input) => post(service, input),
    describe: (input) => shortened(JSON.stringify(input)),
  }
  return {
    requests: exchanges('requests', anyRequest(port, nobody)),
    pipelines: exchanges('pipelines', anyPipeline(port)),
    forms: exchanges('forms', anyForm(port, nobody)),
    transfers: exchanges('transfers', anyTransfer(port)),
    operations: posted,
    sessions: sessions('sessions', anySession({ operations, who: nobody, begin: fc.constant(init) })),
  }
}

/** What a client may say of who it is; `signIn` makes the session that the credentials tell of. */
export function tokenTrials(
  service: FuzzedService,
  known: Known,
  credentials: Credentials,
  signIn: () => Promise<void>,
) {
  const { port, exchanges, sessions } = createMakers(service)
  const who = anyCredentials(credentials)
  const session = anySession({ operations: anyOperation(known), who, begin: anyInit(credentials) })
  return {
    'token-requests': { ...exchanges('token-requests', anyRequest(port, who)), prepare: signIn },
    'token-forms': { ...exchanges('token-forms', anyForm(port, who)), prepare: signIn },
    'token-sessions': { ...sessions('token-sessions', session), prepare: signIn },
    'sign-ins': { ...exchanges('sign-ins', anySignIn(port, credentials)), prepare: signIn },
  }
}

interface SentPicture {
  picture: BrokenPicture
  way: Way
  filename: string
  recipe: string
}

/** Broken pictures on every way in; `onEnd` hears how each ended. */
export function pictureTrial(studio: Studio, sender: Sender, onEnd: (end: string) => void): Trial<SentPicture> {
  return {
    name: 'pictures',
    input: fc.record({
      picture: studio.any,
      way: fc.constantFrom(...ways),
      filename: fc.constantFrom('photo.jpg', 'photo.png', 'photo.webp', 'a.jpg.html', 'caf\u00e9 \u202egpj', '..', ''),
      recipe: fc.constantFrom('presets', 'presets', 'presets', 'artist', 'artist', 'responsive'),
    }),
    attempt: async ({ picture, way, filename, recipe }) => {
      onEnd(await sender.send({ bytes: studio.make(picture), way, filename, recipe }))
    },
    describe: (input) => JSON.stringify(input),
  }
}

import fc from 'fast-check'
import type { Operation } from './documents.ts'
import { type Exchange, exchange } from './exchange.ts'
import { anyForm, anyTransfer } from './forms.ts'
import { anyOperation, type Poster } from './operations.ts'
import type { BrokenPicture, Studio } from './pictures.ts'
import { anyPipeline, anyRequest } from './requests.ts'
import { type Sender, type Way, ways } from './send-picture.ts'
import type { FuzzedService } from './service.ts'
import { anySession, converse, type Session } from './sessions.ts'
import type { Trial } from './try-out.ts'
import type { Known } from './values.ts'

const shortened = (text: string) =>
  text.length > 1_500 ? `${text.slice(0, 1_500)}… (${text.length} characters)` : text

function ofExchanges(service: FuzzedService, name: string, input: fc.Arbitrary<Exchange>): Trial<Exchange> {
  return {
    name,
    input,
    attempt: (said) => exchange(service.port, said),
    describe: (said) => shortened(JSON.stringify(said)),
  }
}

/** What a client may do to the HTTP surface, whatever it means by it. */
export function httpTrials(service: FuzzedService, poster: Poster, known: Known) {
  const port = () => service.port
  const operations = anyOperation(known)
  const posted: Trial<{ operation: Operation; way: 'json' | 'address' }> = {
    name: 'operations',
    input: fc.record({ operation: operations, way: fc.constantFrom('json', 'json', 'json', 'address') }),
    attempt: ({ operation, way }) => poster.post(operation, way),
    describe: (input) => shortened(JSON.stringify(input)),
  }
  const sessions: Trial<Session> = {
    name: 'sessions',
    input: anySession(operations),
    attempt: (session) => converse(service.port, session),
    describe: ({ frames, ...session }) =>
      shortened(
        JSON.stringify({ ...session, frames: frames.map((frame) => ({ ...frame, payload: String(frame.payload) })) }),
      ),
  }
  return {
    requests: ofExchanges(service, 'requests', anyRequest(port)),
    pipelines: ofExchanges(service, 'pipelines', anyPipeline(port)),
    forms: ofExchanges(service, 'forms', anyForm(port)),
    transfers: ofExchanges(service, 'transfers', anyTransfer(port)),
    operations: posted,
    sessions,
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

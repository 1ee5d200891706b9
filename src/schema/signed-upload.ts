import {
  ImageTooLargeError,
  InvalidInputError,
  StorageNotConfiguredError,
  StorageUnavailableError,
  UnsupportedImageTypeError,
} from '../errors.ts'
import type { UploadState as State } from '../generated/sqlite/client.ts'
import { QueueFullError } from '../limit-errors.ts'
import type { AnnouncedUpload } from '../services/uploads.ts'
import { builder } from './builder.ts'
import { StartRunResult } from './start-run.ts'

const UploadState = builder.enumType('UploadState', {
  description: 'How far an upload has come.',
  values: {
    PENDING: { description: 'To be sent. One that is sent past this service stays PENDING until it is completed.' },
    RECEIVED: { description: 'The file is here, to be completed.' },
    COMPLETED: { description: 'It has become an image.' },
  } satisfies Record<State, { description: string }>,
})

const HttpHeader = builder.objectRef<{ name: string; value: string }>('HttpHeader').implement({
  description: 'A header of an HTTP request.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'In lower case.' }),
    value: t.exposeString('value', { description: 'As it is to be sent.' }),
  }),
})

const UploadTarget = builder.objectRef<AnnouncedUpload>('UploadTarget').implement({
  description: 'An upload, and the request that sends its file: the bytes alone, as they are.',
  fields: (t) => ({
    id: t.globalID({ description: 'For `completeUploads`.', resolve: ({ id }) => ({ type: 'UploadTarget', id }) }),
    clientKey: t.exposeString('clientKey', { nullable: true, description: 'As it was given.' }),
    state: t.expose('state', { type: UploadState, description: 'Only what is PENDING has to be sent.' }),
    method: t.string({ description: 'Of the request.', resolve: ({ target }) => target?.method ?? 'PUT' }),
    url: t.string({
      nullable: true,
      description: 'Where the request goes; null when the file is here already.',
      resolve: ({ target }) => target?.url ?? null,
    }),
    headers: t.field({
      type: [HttpHeader],
      description: 'To be sent with it, all of them. They hold what lets it be sent: tell nobody else.',
      resolve: ({ target }) => Object.entries(target?.headers ?? {}).map(([name, value]) => ({ name, value })),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Send it before. An upload that is not completed within an hour is forgotten.',
    }),
  }),
})

const FileToUploadInput = builder.inputType('FileToUploadInput', {
  description: 'A file that is going to be sent.',
  fields: (t) => ({
    filename: t.string({ required: true, description: 'To show; never part of an address.' }),
    byteSize: t.int({ required: true, description: 'Its exact length, bytes.' }),
    mimeType: t.string({ required: true, description: '`image/jpeg`, `image/png` or `image/webp`.' }),
    sha256: t.string({ description: 'Of its bytes, in hex; checked when it is given.' }),
    clientKey: t.string({
      description:
        'A name of yours for this file. Announced again, it is the same upload, so that you can repeat a call.',
    }),
  }),
})

const CreateUploadsInput = builder.inputType('CreateUploadsInput', {
  description: 'What is going to be sent.',
  fields: (t) => ({
    files: t.field({ type: [FileToUploadInput], required: true, description: '1 to 100 files.' }),
  }),
})

const CreateUploadsPayload = builder.objectRef<{ uploads: AnnouncedUpload[] }>('CreateUploadsPayload').implement({
  description: 'Where to send each file.',
  fields: (t) => ({
    uploads: t.expose('uploads', { type: [UploadTarget], description: 'In the order of the files.' }),
  }),
})

builder.mutationField('createUploads', (t) =>
  t.field({
    type: CreateUploadsPayload,
    description: 'Announces files that are sent outside of GraphQL, then completed with `completeUploads`.',
    args: { input: t.arg({ type: CreateUploadsInput, required: true, description: 'Which.' }) },
    errors: {
      types: [
        UnsupportedImageTypeError,
        ImageTooLargeError,
        InvalidInputError,
        QueueFullError,
        StorageUnavailableError,
        StorageNotConfiguredError,
      ],
      union: { name: 'CreateUploadsResult', description: 'Where to send each file, or why not.' },
    },
    resolve: async (_root, { input: { files } }, { uploads }) => ({
      uploads: await uploads.announce(
        files.map(({ sha256, clientKey, ...file }) => ({
          ...file,
          sha256: sha256 ?? null,
          clientKey: clientKey ?? null,
        })),
      ),
    }),
  }),
)

const CompleteUploadsInput = builder.inputType('CompleteUploadsInput', {
  description: 'Files that were sent, and what they are.',
  fields: (t) => ({
    ids: t.globalIDList({ for: UploadTarget, required: true, description: '1 to 100 uploads of `createUploads`.' }),
    artistName: t.string({ required: true, description: 'Who is in them; made when new.' }),
    venueTag: t.string({ description: 'The venue they are for: 2 to 10 lower-case letters.' }),
    recipes: t.stringList({ description: 'What to make of them; the default recipes when left out.' }),
  }),
})

builder.mutationField('completeUploads', (t) =>
  t.field({
    type: StartRunResult,
    description:
      'Checks files that were sent and takes them in, all or none, in one run. The same ids again answer with the same run.',
    args: { input: t.arg({ type: CompleteUploadsInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input: { ids, artistName, venueTag, recipes } }, { completions, asker }) => {
      const details = { artistName, venueTag: venueTag ?? null, recipes: recipes ?? null }
      const run = await completions.complete(
        ids.map(({ id }) => id),
        details,
        asker,
      )
      return { runId: run.id }
    },
  }),
)

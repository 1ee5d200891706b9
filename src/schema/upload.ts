import {
  CorruptImageError,
  ImageTooLargeError,
  ImageTooSmallError,
  InvalidInputError,
  StorageNotConfiguredError,
  StorageUnavailableError,
  TooManyPixelsError,
  UnknownRecipeError,
  UnsupportedImageTypeError,
} from '../errors.ts'
import { QueueFullError } from '../limit-errors.ts'
import { acceptedMimeTypes, type Limits } from '../services/image-header.ts'
import { builder } from './builder.ts'
import { ImageNode } from './image.ts'
import { RunNode } from './run.ts'

const UploadPolicy = builder.objectRef<Limits>('UploadPolicy').implement({
  description: 'What an upload may be.',
  fields: (t) => ({
    maxBytes: t.exposeInt('maxBytes', { description: 'Bytes of the file; one more is refused.' }),
    maxPixels: t.exposeInt('maxPixels', { description: 'Width x height x frames.' }),
    minWidth: t.exposeInt('minWidth', { description: 'Pixels.' }),
    minHeight: t.exposeInt('minHeight', { description: 'Pixels.' }),
    mimeTypes: t.stringList({ description: 'By content, not by name.', resolve: () => acceptedMimeTypes }),
  }),
})

builder.queryField('uploadPolicy', (t) =>
  t.field({
    type: UploadPolicy,
    description: 'What an upload may be, to check before sending.',
    resolve: (_root, _args, { limits }) => limits,
  }),
)

const UploadImageInput = builder.inputType('UploadImageInput', {
  description: 'A photo of an artist.',
  fields: (t) => ({
    file: t.field({ type: 'File', required: true, description: 'A part of the multipart request.' }),
    artistName: t.string({ required: true, description: 'Who is in it; made when new.' }),
    venueTag: t.string({ description: 'The venue it is for: 2 to 10 lower-case letters.' }),
    recipes: t.stringList({ description: 'What to make of it; the default recipes when left out.' }),
  }),
})

interface Uploaded {
  imageId: string
  runId: string
  duplicate: boolean
}

const UploadImagePayload = builder.objectRef<Uploaded>('UploadImagePayload').implement({
  description: 'The photo is stored and will be processed, whatever happens to the service.',
  fields: (t) => ({
    image: t.prismaField({
      type: ImageNode,
      description: 'The image; the same bytes are the same image.',
      resolve: (query, { imageId }, _args, { db }) => db.image.findUniqueOrThrow({ ...query, where: { id: imageId } }),
    }),
    run: t.prismaField({
      type: RunNode,
      description: 'Follow it with `runProgress`; already SUCCEEDED when there was nothing to make.',
      resolve: (query, { runId }, _args, { db }) => db.run.findUniqueOrThrow({ ...query, where: { id: runId } }),
    }),
    duplicate: t.exposeBoolean('duplicate', { description: 'Whether these bytes were here before.' }),
  }),
})

builder.mutationField('uploadImage', (t) =>
  t.field({
    type: UploadImagePayload,
    description: 'Takes a photo in (multipart request, header `x-graphql-yoga-csrf` needed).',
    args: { input: t.arg({ type: UploadImageInput, required: true, description: 'The photo.' }) },
    errors: {
      types: [
        UnsupportedImageTypeError,
        ImageTooLargeError,
        ImageTooSmallError,
        TooManyPixelsError,
        CorruptImageError,
        InvalidInputError,
        UnknownRecipeError,
        QueueFullError,
        StorageUnavailableError,
        StorageNotConfiguredError,
      ],
      union: { name: 'UploadImageResult', description: 'The image and its run, or why not.' },
    },
    resolve: async (_root, { input: { file, artistName, venueTag, recipes } }, { images, limits, asker }) => {
      // before a second copy of it is made
      if (file.size > limits.maxBytes) throw new ImageTooLargeError(limits.maxBytes)
      const { image, run, duplicate } = await images.upload(
        {
          bytes: new Uint8Array(await file.arrayBuffer()),
          filename: file.name,
          artistName,
          venueTag: venueTag ?? null,
          recipes: recipes ?? null,
        },
        asker,
      )
      return { imageId: image.id, runId: run.id, duplicate }
    },
  }),
)

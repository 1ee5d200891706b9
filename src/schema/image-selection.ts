import { InvalidInputError } from '../errors.ts'
import { countImages, type ImageState } from '../services/image-states.ts'
import { builder } from './builder.ts'
import { ImageNode } from './image.ts'
import { ImageFilter, matching } from './image-filter.ts'

const ImageCounts = builder.objectRef<Record<ImageState, number>>('ImageCounts').implement({
  description: 'How many images are in each state, all at one moment.',
  fields: (t) => ({
    total: t.int({
      description: 'All that are not deleted: the sum of the next four.',
      resolve: ({ READY, PROCESSING, PARTIAL, FAILED }) => READY + PROCESSING + PARTIAL + FAILED,
    }),
    ready: t.exposeInt('READY', { description: 'As `images(filter: { status: [READY] })`.' }),
    processing: t.exposeInt('PROCESSING', { description: 'As `images(filter: { status: [PROCESSING] })`.' }),
    partial: t.exposeInt('PARTIAL', { description: 'As `images(filter: { status: [PARTIAL] })`.' }),
    failed: t.exposeInt('FAILED', { description: 'As `images(filter: { status: [FAILED] })`.' }),
    deleted: t.exposeInt('DELETED', { description: 'As `images(filter: { status: [DELETED] })`.' }),
  }),
})

const maxIds = 10_000

/** An id is less work than a field, but two such lists in one query are too many. */
const idsCost = 5_000

const ImageIds = builder.objectRef<{ ids: string[]; isWhole: boolean }>('ImageIds').implement({
  description: 'Which images a filter is about, to do something with all of them.',
  fields: (t) => ({
    ids: t.globalIDList({
      description: `Newest first, at most ${maxIds}.`,
      extensions: { cost: idsCost },
      resolve: ({ ids }) => ids.map((id) => ({ type: 'Image', id })),
    }),
    isWhole: t.exposeBoolean('isWhole', { description: 'Whether these are all of them.' }),
  }),
})

builder.queryFields((t) => ({
  imageCounts: t.field({
    type: ImageCounts,
    description: 'How many images are in each state.',
    resolve: (_root, _args, { db }) => countImages(db),
  }),
  imageIds: t.field({
    type: ImageIds,
    description: 'The ids of the images that a filter is about, without paging.',
    args: { filter: t.arg({ type: ImageFilter, description: 'Which.' }) },
    resolve: async (_root, { filter }, { db }) => {
      const images = await db.image.findMany({
        where: matching(filter),
        select: { id: true },
        orderBy: { id: 'desc' },
        take: maxIds + 1,
      })
      return { ids: images.slice(0, maxIds).map(({ id }) => id), isWhole: images.length <= maxIds }
    },
  }),
}))

const DeleteImagesInput = builder.inputType('DeleteImagesInput', {
  description: 'Names images.',
  fields: (t) => ({
    ids: t.globalIDList({ required: true, for: ImageNode, description: 'Of up to 1,000 images.' }),
  }),
})

const DeleteImagesPayload = builder.objectRef<{ deletedCount: number }>('DeleteImagesPayload').implement({
  description: 'What was deleted.',
  fields: (t) => ({
    deletedCount: t.exposeInt('deletedCount', {
      description: 'How many images this has deleted. What was deleted before, or is not there, is not counted.',
    }),
  }),
})

builder.mutationField('deleteImages', (t) =>
  t.field({
    type: DeleteImagesPayload,
    description:
      'Takes images out of every list, as `deleteImage` does one; each can be restored until its files are collected.',
    args: { input: t.arg({ type: DeleteImagesInput, required: true, description: 'Which.' }) },
    errors: {
      types: [InvalidInputError],
      union: { name: 'DeleteImagesResult', description: 'What was deleted, or why nothing was.' },
    },
    resolve: async (_root, { input: { ids } }, { images }) => ({
      deletedCount: await images.removeAll(ids.map(({ id }) => id)),
    }),
  }),
)

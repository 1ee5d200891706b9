import { NotFoundError } from '../errors.ts'
import { watchImages } from '../services/image-watch.ts'
import { builder } from './builder.ts'
import { placeholderOf, srcsetOf, watermarkOf } from './image-delivery.ts'
import { ImageFilter, matching } from './image-filter.ts'
import { ImageStatus, statusOf, statusSelection } from './image-status.ts'
import { currentSets, VariantType, variantsOf } from './variant.ts'

export const ImageNode = builder.prismaNode('Image', {
  nullable: true,
  id: { field: 'id', description: 'The global id.' },
  description: 'One original, unique by its bytes, with everything made of it.',
  fields: (t) => ({
    sha256: t.exposeString('sha256', { description: 'Of the bytes of the original, in hex.' }),
    filename: t.exposeString('filename', { description: 'As it was sent.' }),
    sourceUrl: t.exposeString('sourceUrl', {
      nullable: true,
      description: 'The address that it was fetched from first; null when it was sent.',
    }),
    format: t.exposeString('format', { description: '`jpeg`, `png` or `webp`.' }),
    mimeType: t.exposeString('mimeType', { description: 'By content.' }),
    byteSize: t.exposeInt('byteSize', { description: 'Bytes of the original.' }),
    width: t.exposeInt('width', { description: 'Pixels, upright.' }),
    height: t.exposeInt('height', { description: 'Pixels, upright.' }),
    frames: t.exposeInt('frames', { description: '1 for a still image.' }),
    hasAlpha: t.exposeBoolean('hasAlpha', { nullable: true, description: 'Null until the first decode.' }),
    thumbHash: t.exposeString('thumbHash', { nullable: true, description: 'Base64; null until the first decode.' }),
    dominantColor: t.exposeString('dominantColor', {
      nullable: true,
      description: '`#rrggbb`; null until the first decode.',
    }),
    placeholder: t.string({
      nullable: true,
      description: 'A tiny picture as a data URL, to show at once; null until the first decode.',
      resolve: ({ thumbHash }) => placeholderOf(thumbHash),
    }),
    warnings: t.stringList({
      description: 'What was lost on the way, in sentences.',
      resolve: ({ warnings }) => warnings as string[],
    }),
    venueTags: t.stringList({
      description: 'The venues that it is for, by their tags.',
      select: { placements: { where: { venueTag: { not: null } }, orderBy: { venueTag: 'asc' } } },
      resolve: ({ placements }) => [...new Set(placements.flatMap(({ venueTag }) => venueTag ?? []))],
    }),
    status: t.field({
      type: ImageStatus,
      description: 'How far it has come.',
      select: statusSelection,
      resolve: statusOf,
    }),
    variantsReady: t.boolean({
      description: 'Whether every variant of every wanted recipe is stored.',
      select: currentSets,
      resolve: ({ sets }) => sets.length > 0 && sets.every((set) => set.ready),
    }),
    readyMaxWidth: t.int({
      description: 'The largest width, in pixels, such that it and every smaller one has all its formats stored.',
      select: currentSets,
      resolve: ({ sets }) => watermarkOf(sets),
    }),
    variants: t.field({
      type: [VariantType],
      description: 'What is stored, smallest first within a recipe.',
      args: {
        recipe: t.arg.string({ description: 'Only of this recipe.' }),
        format: t.arg.string({ description: 'Only in this format.' }),
      },
      select: currentSets,
      resolve: (image, { recipe, format }) =>
        variantsOf(image).filter((each) => (!recipe || each.recipe === recipe) && (!format || each.format === format)),
    }),
    variant: t.field({
      type: VariantType,
      nullable: true,
      description: 'One variant by name, or null while it is not stored.',
      args: {
        name: t.arg.string({ required: true, description: '`thumbnail`, `main`, `640` ...' }),
        format: t.arg.string({ description: 'The first format there is when left out.' }),
      },
      select: currentSets,
      resolve: (image, { name, format }) =>
        variantsOf(image).find((each) => each.name === name && (!format || each.format === format)) ?? null,
    }),
    srcset: t.string({
      description: 'For an `img` or `source` element; holds only widths below `readyMaxWidth`, so none is missing.',
      args: {
        format: t.arg.string({ defaultValue: 'webp', description: '`webp` or `avif`.' }),
        maxWidth: t.arg.int({ description: 'Nothing wider than this many pixels.' }),
      },
      select: currentSets,
      resolve: ({ sets }, { format, maxWidth }, { urls }) => srcsetOf(sets, format ?? 'webp', maxWidth ?? null, urls),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it came in.' }),
    usableAt: t.expose('usableAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the first variant was stored.',
    }),
    readyAt: t.expose('readyAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When everything wanted was stored first.',
    }),
    deadlineMet: t.exposeBoolean('deadlineMet', {
      nullable: true,
      description: 'Whether that took at most 30 seconds; null until then.',
    }),
    deletedAt: t.expose('deletedAt', { type: 'DateTime', nullable: true, description: 'When it was deleted.' }),
  }),
})

builder.queryFields((t) => ({
  image: t.prismaField({
    type: ImageNode,
    nullable: true,
    description: 'An image by id or by the hash of its bytes, or null.',
    args: {
      id: t.arg.globalID({ for: ImageNode, description: 'The global id.' }),
      sha256: t.arg.string({ description: 'In hex.' }),
    },
    resolve: (query, _root, { id, sha256 }, { db }) =>
      id || sha256
        ? db.image.findFirst({
            ...query,
            where: { ...(id && { id: id.id }), ...(sha256 && { sha256: sha256.toLowerCase() }) },
          })
        : null,
  }),
  images: t.prismaConnection(
    {
      type: ImageNode,
      cursor: 'id',
      description: 'Images, newest first.',
      args: { filter: t.arg({ type: ImageFilter, description: 'Which.' }) },
      totalCount: (_connection, { filter }, { db }) => db.image.count({ where: matching(filter) }),
      resolve: (query, _root, { filter }, { db }) =>
        db.image.findMany({ ...query, where: matching(filter), orderBy: { id: 'desc' } }),
    },
    { name: 'ImageConnection', description: 'A page of images.' },
    { name: 'ImageEdge', description: 'An image in a page.' },
  ),
}))

const ImageIdInput = builder.inputType('ImageIdInput', {
  description: 'Names an image.',
  fields: (t) => ({ id: t.globalID({ required: true, for: ImageNode, description: 'The global id.' }) }),
})

builder.mutationFields((t) => ({
  deleteImage: t.prismaField({
    type: ImageNode,
    description: 'Takes an image out of every list. It can be restored until its files are collected.',
    args: { input: t.arg({ type: ImageIdInput, required: true, description: 'Which.' }) },
    errors: { types: [NotFoundError], union: { name: 'DeleteImageResult', description: 'The image, or why not.' } },
    resolve: async (query, _root, { input }, { images, db }) => {
      const { id } = await images.remove(input.id.id)
      return db.image.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
  restoreImage: t.prismaField({
    type: ImageNode,
    description: 'Brings a deleted image back.',
    args: { input: t.arg({ type: ImageIdInput, required: true, description: 'Which.' }) },
    errors: { types: [NotFoundError], union: { name: 'RestoreImageResult', description: 'The image, or why not.' } },
    resolve: async (query, _root, { input }, { images, asker, db }) => {
      const { id } = await images.restore(input.id.id, asker)
      return db.image.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
}))

builder.subscriptionField('imageUpdated', (t) =>
  t.prismaField({
    type: ImageNode,
    description: 'Images as they change; quick changes of one image become one.',
    args: { artistSlug: t.arg.string({ description: 'Only of this artist.' }) },
    subscribe: (_root, { artistSlug }, context) => watchImages(context, artistSlug ?? null) as AsyncIterable<string>,
    resolve: (query, id, _args, { db }) => db.image.findUniqueOrThrow({ ...query, where: { id: id as string } }),
  }),
)

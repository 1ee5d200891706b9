import { InvalidInputError, NotFoundError } from '../errors.ts'
import { type FocalPoint as Point, parseFocalPoint } from '../services/focal-point.ts'
import { builder } from './builder.ts'
import { ImageNode } from './image.ts'
import { RunNode } from './run.ts'

const FocalPoint = builder.objectRef<Point>('FocalPoint').implement({
  description: 'What is to stay in the picture when it is cut.',
  fields: (t) => ({
    x: t.exposeFloat('x', { description: 'From the left, as a part of the width as displayed: 0 to 1.' }),
    y: t.exposeFloat('y', { description: 'From the top, as a part of the height as displayed: 0 to 1.' }),
  }),
})

builder.prismaObjectField(ImageNode, 'focalPoint', (t) =>
  t.field({
    type: FocalPoint,
    nullable: true,
    description: 'The point that `cover` variants are cut about; null for the middle.',
    resolve: ({ focalPoint }) => parseFocalPoint(focalPoint),
  }),
)

const SetFocalPointInput = builder.inputType('SetFocalPointInput', {
  description: 'The point that an image is cut about.',
  fields: (t) => ({
    imageId: t.globalID({ required: true, for: ImageNode, description: 'The image.' }),
    x: t.float({ description: 'From the left, 0 to 1, to the hundredth; with `y` null, the middle again.' }),
    y: t.float({ description: 'From the top, 0 to 1, to the hundredth; with `x` null, the middle again.' }),
  }),
})

interface Changed {
  imageId: string
  cutBy: string | null
}

const SetFocalPointPayload = builder.objectRef<Changed>('SetFocalPointPayload').implement({
  description: 'The point is set. What was cut before is served until all of it is cut anew.',
  isTypeOf: (value) => 'cutBy' in (value as object),
  fields: (t) => ({
    image: t.prismaField({
      type: ImageNode,
      description: 'The image.',
      resolve: (query, { imageId }, _args, { db }) => db.image.findUniqueOrThrow({ ...query, where: { id: imageId } }),
    }),
    run: t.prismaField({
      type: RunNode,
      nullable: true,
      description: 'What cuts it anew; null when nothing changes.',
      resolve: (query, { cutBy }, _args, { db }) =>
        cutBy ? db.run.findUnique({ ...query, where: { id: cutBy } }) : null,
    }),
  }),
})

builder.mutationField('setFocalPoint', (t) =>
  t.field({
    type: builder.errorUnion('SetFocalPointResult', {
      description: 'The image, or why not.',
      types: [SetFocalPointPayload, NotFoundError, InvalidInputError],
    }),
    description: 'Sets the point that the `cover` variants of an image are cut about, and cuts them anew.',
    args: { input: t.arg({ type: SetFocalPointInput, required: true, description: 'Where.' }) },
    resolve: async (_root, { input: { imageId, x, y } }, { focalPoints, asker }) => {
      const run = await focalPoints.set(imageId.id, { x: x ?? null, y: y ?? null }, asker)
      return { imageId: imageId.id, cutBy: run?.id ?? null }
    },
  }),
)

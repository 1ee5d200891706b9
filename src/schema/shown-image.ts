import { InvalidInputError, NotFoundError } from '../errors.ts'
import type { Choice, choiceReasons } from '../services/choose-picture.ts'
import { noVenue } from '../services/showable.ts'
import { ArtistNode } from './artist.ts'
import { ArtistPicture, notRetired } from './artist-picture.ts'
import { builder } from './builder.ts'
import { ImageNode } from './image.ts'

const ShownReason = builder.enumType('ShownReason', {
  description: 'Why an image is the one to show: the first of these that there is.',
  values: {
    PINNED: { description: 'Somebody has pinned it.' },
    NEWEST_FOR_VENUE: { description: 'It is the newest for the venue.' },
    BEST: { description: 'There is none for the venue, and it is the best: of many pixels and sharp.' },
  } satisfies Record<(typeof choiceReasons)[number], { description: string }>,
})

interface Shown extends Choice {
  artistId: string
  /** as asked for; undefined: anywhere */
  venueTag: string | null | undefined
}

const ShownImage = builder.objectRef<Shown>('ShownImage').implement({
  description: 'The image of an artist to show, and why that one.',
  fields: (t) => ({
    image: t.prismaField({
      type: ImageNode,
      description: 'The image.',
      resolve: (query, { imageId }, _args, { db }) => db.image.findUniqueOrThrow({ ...query, where: { id: imageId } }),
    }),
    reason: t.expose('reason', { type: ShownReason, description: 'Why, for programs.' }),
    venueTag: t.string({
      nullable: true,
      description: 'The venue that it was asked for; null for none, and for anywhere.',
      resolve: ({ venueTag }) => venueTag ?? null,
    }),
    explanation: t.exposeString('explanation', { description: 'Why, in a sentence.' }),
    pictures: t.prismaField({
      type: [ArtistPicture],
      description:
        'Where it is shown at the venue, or anywhere when asked for none; empty while it is not stored there.',
      resolve: (query, { artistId, imageId, venueTag }, _args, { db }) =>
        db.artistPicture.findMany({
          ...query,
          where: {
            ...notRetired.where,
            artistId,
            imageId,
            ...(venueTag !== undefined && { venueTag: venueTag ?? noVenue }),
          },
          orderBy: notRetired.orderBy,
        }),
    }),
  }),
})

builder.prismaObjectFields(ArtistNode, (t) => ({
  image: t.field({
    type: ShownImage,
    nullable: true,
    description:
      'The image to show: the pinned one, else the newest for the venue, else the best of all. Null while none has the variants of the recipe `artist`. In a list, decided for one artist after the other.',
    args: {
      venueTag: t.arg.string({ description: 'For this venue; null for none, and anywhere when left out.' }),
    },
    resolve: async ({ id: artistId }, { venueTag }, { artistPictures }) => {
      const choice = await artistPictures.choose(artistId, venueTag)
      return choice && { ...choice, artistId, venueTag }
    },
  }),
  shownImages: t.field({
    type: [ShownImage],
    description:
      'The image to show at each venue that has one or lists the artist, and of uploads without a venue. In a list, decided for one artist after the other.',
    resolve: async ({ id: artistId }, _args, { artistPictures }) =>
      (await artistPictures.chooseEverywhere(artistId)).map((choice) => ({ ...choice, artistId })),
  }),
  pinnedImage: t.prismaField({
    type: ImageNode,
    nullable: true,
    description: 'The image that somebody has pinned; it is shown once it has its variants, unless it is deleted.',
    resolve: (query, { pinnedImageId }, _args, { db }) =>
      pinnedImageId ? db.image.findUnique({ ...query, where: { id: pinnedImageId } }) : null,
  }),
}))

const PinArtistImageInput = builder.inputType('PinArtistImageInput', {
  description: 'What an artist is to look like.',
  fields: (t) => ({
    artistId: t.globalID({ required: true, for: ArtistNode, description: 'The artist.' }),
    imageId: t.globalID({
      for: ImageNode,
      description: 'An image that the artist is in; null to leave the choice to the rules.',
    }),
  }),
})

builder.mutationField('pinArtistImage', (t) =>
  t.prismaField({
    type: ArtistNode,
    description: 'Makes an image the one to show of an artist at every venue; what it lacks for that is made.',
    args: { input: t.arg({ type: PinArtistImageInput, required: true, description: 'Which.' }) },
    errors: {
      types: [NotFoundError, InvalidInputError],
      union: { name: 'PinArtistImageResult', description: 'The artist, or why not.' },
    },
    resolve: async (query, _root, { input }, { pins, db, asker }) => {
      const { id } = await pins.pin(input.artistId.id, input.imageId?.id ?? null, asker)
      return db.artist.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
)

import type { ImageKind } from '../venues/image-url.ts'
import type { ListedImage as Listed } from '../venues/listing.ts'
import { builder } from './builder.ts'

const ListedImageKind = builder.enumType('ListedImageKind', {
  description: 'Where a page has a picture from.',
  values: {
    ARTIST_HOST: { value: 'vea', description: 'The host of pictures of artists that venues share.' },
    IMAGE_SERVICE: { value: 'imateq', description: 'The service that scales pictures for venues.' },
    VENUE_SITE: { value: 'wp', description: "A venue's own web site." },
    OTHER_SITE: { value: 'wp-foreign', description: 'The web site of somebody else.' },
    OTHER: { value: 'direct', description: 'Anywhere else.' },
  } satisfies Record<string, { value: ImageKind; description: string }>,
})

const SlugMatch = builder.enumType('SlugMatch', {
  description: 'Whom the file name of a picture names; a hint only, since who is in it is told by the page.',
  values: {
    MATCH: { value: 'match', description: 'The whole billing.' },
    MEMBER: { value: 'member', description: 'One of those who perform.' },
    MISMATCH: { value: 'mismatch', description: 'Somebody else.' },
    UNKNOWN: { value: 'unknown', description: 'Nobody.' },
  } satisfies Record<string, { value: Listed['slugMatch']; description: string }>,
})

export const ListedImage = builder.objectRef<Listed>('ListedImage').implement({
  description: 'A picture on a page of a venue.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'As listed; larger ones of it are asked for first.' }),
    kind: t.expose('kind', { type: ListedImageKind, description: 'Where the page has it from.' }),
    urlSlug: t.exposeString('urlSlug', { nullable: true, description: 'Whom the file name names, if anybody.' }),
    slugMatch: t.expose('slugMatch', { type: SlugMatch, description: 'Whether that is who performs.' }),
    size: t.exposeInt('size', { nullable: true, description: 'Width in pixels, where the address tells it.' }),
    allowed: t.exposeBoolean('allowed', { description: 'Whether its host is one that is asked.' }),
  }),
})

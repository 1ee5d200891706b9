import { type Api, ApiError } from './api.ts'
import { globalId } from './format.ts'

interface Answer {
  pinArtistImage: { message?: string; code?: string; name: string; pinnedImage: { filename: string } | null }
}

/** Makes an image the one to show of an artist, or for null undoes that; says what is so now. Throws ApiError. */
export async function pinImage(api: Api, slug: string, image: string | null): Promise<string> {
  const imageId = image === null ? null : globalId('Image', image, 'image')
  const { artist } = await api.query<{ artist: { id: string } | null }>(
    'query ($slug: String!) { artist(slug: $slug) { id } }',
    { slug },
  )
  if (!artist) throw new ApiError(`There is no artist ${slug}.`)
  const { pinArtistImage: answer } = await api.query<Answer>(
    `mutation ($input: PinArtistImageInput!) { pinArtistImage(input: $input) {
      ... on Artist { name pinnedImage { filename } } ... on Error { code message } } }`,
    { input: { artistId: artist.id, imageId } },
  )
  if (answer.message) throw new ApiError(answer.message, { code: answer.code ?? null })
  const { name, pinnedImage } = answer
  return pinnedImage
    ? `${name} looks like ${pinnedImage.filename} everywhere.`
    : `${name} has no pinned image any more.`
}

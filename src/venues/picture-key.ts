/** A picture of an artist as a venue shows it. `venueTag` is `direct` when it came with no venue. */
export interface PictureKey {
  artistSlug: string
  venueTag: string
  name: 'main' | 'hd'
}

const slugForm = /^[a-z0-9]+(-[a-z0-9]+)*$/
const tagForm = /^[a-z]{2,10}$/
// neither slugs nor tags have an underscore, so a key splits back in one way only
const keyForm = /^artists\/([a-z0-9-]+)\/([a-z0-9-]+)_([a-z]{2,10})_(main|hd)\.jpg$/

/** `artists/{slug}/{slug}_{venueTag}_{name}.jpg`. Throws RangeError for parts that would not come back from it. */
export function pictureKey({ artistSlug, venueTag, name }: PictureKey): string {
  if (!slugForm.test(artistSlug)) throw new RangeError(`"${artistSlug}" is no slug.`)
  if (!tagForm.test(venueTag)) throw new RangeError(`"${venueTag}" is no tag of a venue.`)
  return `artists/${artistSlug}/${artistSlug}_${venueTag}_${name}.jpg`
}

/** The parts of a key, or null for a key that pictureKey would not make. */
export function parsePictureKey(key: string): PictureKey | null {
  const [, folder = '', artistSlug, venueTag = '', name] = key.match(keyForm) ?? []
  if (folder !== artistSlug || !slugForm.test(artistSlug)) return null
  return { artistSlug, venueTag, name: name === 'hd' ? 'hd' : 'main' }
}

/** Words of graphic designers in the names of uploads that say nothing of an artist; from uploads seen in public. */
export const noiseWords: ReadonlySet<string> = new Set([
  ...['banner', 'cover', 'digital', 'edit', 'event', 'events', 'final', 'flyer', 'flyers', 'feed', 'hd', 'headshot'],
  ...['hero', 'highres', 'hires', 'ig', 'insta', 'instagram', 'landscape', 'logo', 'logos', 'lowres', 'portrait'],
  ...['poster', 'press', 'print', 'promo', 'sq', 'square', 'story', 'thumb', 'thumbnail', 'v1', 'v2', 'v3', 'web'],
  ...['website', 'copy', 'new', 'rev', 'revised', 'updated', '1x1', '4x5', '9x16', '16x9'],
])

/** Words of venues' names beside those in the list of venues. */
export const venueWords: ReadonlySet<string> = new Set([
  ...['las', 'vegas', 'lv', 'nightclub', 'dayclub', 'beach', 'club', 'night', 'nightlife', 'daylife', 'pool', 'tao'],
])

/** Names that cameras, phones and upload forms give: a word of theirs, then nothing or a number. */
export const genericNames: readonly RegExp[] = [
  /^(?:image|img|dsc[nf]?|pxl|photo|picture|pic|screen-?shot|untitled|unnamed|download|file)(?:[-_ .]*e?\d.*)?$/i,
  /^logo(?![a-z])/i,
  /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  // hex without a digit may be a word: facade, decade
  /^(?=[a-f]*\d)[0-9a-f]{8,}$/i,
  /^[\d._ -]+$/,
]

/** Slugs that end in a digit of their own, not in the number that WordPress gives when a name is taken. */
export const numberedNames: ReadonlySet<string> = new Set([
  ...['maroon-5', 'jackson-5', 'the-jackson-5', 'jurassic-5', 'family-force-5', 'zero-7', 'dave-clark-5', 'hi-5'],
])

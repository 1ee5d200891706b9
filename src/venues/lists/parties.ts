/**
 * Nights with a name of their own and no artist in it; from the venues' listings. A name that ends in a weekday in the
 * plural (Poolside Sundays) need not stand here.
 */
export const parties: readonly string[] = [
  ...[
    'DESEO',
    'Industry Night',
    'Ladies Night',
    'Lowkey Mondays',
    'Nightswim',
    'Poolside Sundays',
    'Saadiq Wednesdays',
  ],
  ...['Sunday Nightswim', 'XS Nightswim', 'Rehab', 'Daybreak', 'Worship Thursdays'],
]

/** Artists that read like the party of a weekday. */
export const weekdayArtists: readonly string[] = ['Happy Mondays', 'The Sundays']

/** Who presents others and never plays: what follows their "presents" is the artist. */
export const promoters: readonly string[] = [
  ...['Insomniac', 'Insomniac Events', 'Live Nation', 'AEG Presents', 'TAO Group', 'TAO Group Hospitality', 'Wynn'],
  ...['Wynn Nightlife', 'Wynn Social', 'Factory 93', 'Brownies & Lemonade', 'Dreamstate', 'Bassrush'],
]

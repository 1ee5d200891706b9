/**
 * Places on the same sites that are none of ours; from the venues' listings. A label that begins with one of them names
 * it, whatever the code of the night says.
 */
export const foreignVenues: readonly string[] = [
  ...['Wynn Field Club', 'Coachella', 'Zouk', 'Ayu Dayclub', 'LAVO', 'Beauty & Essex', 'Cathédrale', 'Toca Madera'],
  ...['Marquee New York', 'Marquee Singapore', 'Hakkasan London', 'OMNIA San Diego', 'OMNIA Bali', 'TAO Downtown'],
  ...['TAO Uptown', 'TAO Chicago', 'TAO Asian Bistro', 'LIV Miami', 'LIV Nightclub Miami', 'E11EVEN'],
]

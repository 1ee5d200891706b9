/**
 * Occasions that stand after an artist's name, with a dash or without; from the calendars of Las Vegas. A weekend, week,
 * eve, day, night or a year may follow each.
 */
export const holidays: readonly string[] = [
  ...['EDC', 'EDC Week', 'Memorial Day', 'MDW', 'Labor Day', 'LDW', 'Independence Day', '4th of July', 'July 4th'],
  ...['Fourth of July', 'Cinco de Mayo', "New Year's", 'New Years', 'NYE', 'NYD', 'NYW', 'Halloween', 'Halloweekend'],
  ...['Thanksgiving', 'Black Friday', 'Christmas', "Presidents' Day", "President's Day", 'Presidents Day', 'MLK'],
  ...['MLK Day', 'Martin Luther King', "Valentine's", 'Valentines', "St. Patrick's", 'St Patricks', 'Mardi Gras'],
  ...['Super Bowl', 'Big Game', 'March Madness', 'Formula 1', 'F1', 'Grand Prix', 'Columbus Day', 'Veterans Day'],
  ...['Indigenous Peoples', 'Juneteenth', "Mother's Day", "Father's Day", 'Spring Break', 'NFR', 'CES', 'SEMA'],
  ...['Wrestlemania', 'All-Star', 'Mexican Independence', 'Mexican Independence Day', 'Lunar New Year'],
]

/** Occasions that are promos only with the word after them: Charley Pride is none. */
export const holidayPhrases: readonly string[] = [
  ...['Race Weekend', 'Race Week', 'Fight Weekend', 'Fight Night', 'Pride Weekend', 'Pride Night', 'Pride Week'],
  ...['Easter Weekend', 'Easter Sunday', 'Holiday Weekend', 'Opening Weekend', 'Closing Weekend', 'Grand Opening'],
  ...['Market Week', 'Rodeo Week', 'Rodeo Weekend', 'Miami Music Week', 'Summer Kickoff', 'Game Day'],
]

/** Where an occasion is: it may stand before its name. */
export const occasionPlaces: readonly string[] = ['Las Vegas', 'Vegas', 'LV', 'Sin City']

/** Words that make what stands right of a dash an occasion. */
export const occasionWords: readonly string[] = [
  ...['weekend', 'week', 'anniversary', 'premiere', 'celebration', 'takeover', 'after dark', 'birthday', 'opening'],
  ...['closing', 'kickoff', 'kick-off', 'finale', 'residency', 'release party', 'album release', 'afterparty'],
  ...['after party', 'season', 'debut'],
]

/** How notes in brackets about a set end. */
export const setNotes: readonly string[] = [
  ...[
    'dj set',
    'set',
    'live',
    'open to close',
    'open till close',
    'all night',
    'all night long',
    'all day',
    'all day long',
  ],
  ...['extended', 'sunset', 'sunrise', 'vinyl only', 'unplugged', 'acoustic', 'late night', '18+', '21+', 'sold out'],
]

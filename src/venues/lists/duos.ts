/** Acts of one name that reads like two; from the line-ups of the clubs and of the festivals around them. */
export const duos: readonly string[] = [
  ...['Above & Beyond', 'Aly & Fila', 'Amine Edge & DANCE', 'Angus & Julia Stone', 'BONNIE X CLYDE', 'Brooks & Dunn'],
  ...['Camo & Krooked', 'Chase & Status', 'Dan + Shay', 'Dimitri Vegas & Like Mike', 'Duke & Jones'],
  ...['Earth, Wind & Fire', 'Eli & Fur', 'Florence + The Machine', 'Gabriel & Dresden', 'Hall & Oates'],
  ...['Kool & The Gang', 'Lucas & Steve', 'Macklemore & Ryan Lewis', 'Matrix & Futurebound', 'Method Man & Redman'],
  ...[
    'Mumford & Sons',
    'Nico & Vinz',
    'Of Monsters and Men',
    'Polo & Pan',
    'Sasha & John Digweed',
    'Simon & Garfunkel',
  ],
  ...['Sultan + Shepard', 'Sunnery James & Ryan Marciano', 'Tyler, The Creator', 'W & W'],
  ...['Walker & Royce'],
]

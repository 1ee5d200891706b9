import { expect, it } from 'vitest'
import { isBeyondTheEnd } from '../../src/venues/end-of-listing.ts'

const api = 'https://taogroup.com/wp-json/wp/v2/events?event_city=81&per_page=100&page='

it.each([
  ['tao', `${api}2`, 400, true],
  ['tao', `${api}7`, 404, true],
  ['tao', `${api}1`, 400, false],
  ['tao', `${api}2`, 403, false],
  ['tao', `${api}2`, 503, false],
  ['tao', `${api}2`, null, false],
  ['tao', `${api}x`, 400, false],
  ['tao', 'https://taogroup.com/events/?page=2', 404, false],
  ['tao', 'document://tao/1/page', 400, false],
  ['liv', `${api}2`, 400, false],
] as const)(
  'a further page of the API of TAO that is refused ends its listing: %s %s %s is %s',
  (source, url, status, is) => {
    expect(isBeyondTheEnd(source, url, status)).toBe(is)
  },
)

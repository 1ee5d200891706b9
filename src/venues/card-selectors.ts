import type { VenueSource } from './venue-list.ts'

/**
 * Where the cards of a site hold what; the first on a card counts. No selector may ask what an element is in: on hostile
 * pages that takes forever.
 */
export interface CardSelectors {
  card: string
  title: string
  venue: string
  date: string
  /** `Name - Venue` in an attribute of the card, for cards without a title */
  label: string | null
  /** links to further parts of the listing */
  more: string | null
}

/** From the pages themselves and from public code that reads them. */
export const cardSelectors: Readonly<Record<VenueSource, CardSelectors>> = {
  liv: {
    card: '.uws-event-list-item, a.uws-cal-single-link',
    title: '.uv-event-name-title, .uwsname',
    venue: '.uwsvenuename, .uv-ev-venue',
    date: '.uwsddate',
    label: null,
    more: null,
  },
  wynn: {
    card: 'li.eventitem, div.eventitem',
    title: '.uv-events-name',
    venue: '.uv-events-venue, .venueurl',
    date: '.uv-list-date',
    label: 'aria-label',
    more: 'a.uvjs-calendar-loadmonth[href]',
  },
  tao: {
    card: '.event-list__item',
    title: 'h1, h2, h3, h4, h5, h6',
    venue: '.venue',
    date: '.date, .event-list-post__content',
    label: null,
    more: null,
  },
}

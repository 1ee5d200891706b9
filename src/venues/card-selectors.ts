import type { VenueSource } from './venue-list.ts'

/**
 * Where cards hold what; the first on a card counts. No selector may ask what an element is in: on hostile pages that
 * takes forever.
 */
export interface CardSelectors {
  card: string
  title: string
  /** what holds the title, where it need not be marked as such: its first text counts then */
  content: string | null
  venue: string
  date: string
  /** `Name - Venue` in an attribute, for cards without a title */
  label: string | null
}

/** The calendar of UrVenue's own ticket shop, which its customers' sites may show; the date is among the classes. */
const booketing: CardSelectors = {
  card: 'td.uvsingleevent',
  title: '.name',
  content: null,
  venue: '.uv-ev-venue, .venueurl',
  date: '.ddate',
  label: null,
}

/** From the pages themselves and from public code that reads them. */
export const cardSelectors: Readonly<Record<VenueSource, readonly CardSelectors[]>> = {
  liv: [
    {
      card: '.uws-event-list-item, a.uws-cal-single-link',
      title: '.uv-event-name-title, .uwsname',
      content: null,
      venue: '.uwsvenuename, .uv-ev-venue',
      date: '.uwsddate',
      label: null,
    },
    booketing,
  ],
  wynn: [
    {
      card: 'li.eventitem, div.eventitem',
      title: '.uv-events-name',
      content: null,
      venue: '.uv-events-venue, .venueurl',
      date: '.uv-list-date',
      label: 'aria-label',
    },
    booketing,
  ],
  tao: [
    {
      card: '.event-list__item',
      title: 'h1, h2, h3, h4, h5, h6',
      content: '.event-list-post__content',
      venue: '.venue',
      date: '.date, .event-list-post__content',
      label: null,
    },
  ],
}

/** Links to further parts of a listing. */
export const moreLinks: Readonly<Record<VenueSource, string | null>> = {
  liv: null,
  wynn: 'a.uvjs-calendar-loadmonth[href]',
  tao: null,
}

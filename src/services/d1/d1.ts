/**
 * A night at a venue as other sites read it: the older pipeline's five columns, and the revision that stops a late
 * retry from going back.
 */
export interface D1Row {
  id: string
  artistName: string
  artistSlug: string
  artistImageUrl: string | null
  venueTag: string
  /** rises with every change of the others; -1 where the older pipeline wrote the row, which is older than any */
  revision: number
}

/**
 * The table `events` on Cloudflare D1, or in a file. Every call can be repeated, whatever became of it. All fail with
 * D1UnavailableError, D1RefusedError or the reason of the signal, and none tries twice: when to try again is decided by
 * who calls.
 */
export interface D1 extends AsyncDisposable {
  /** where the rows go, for people: "the file …/d1.db" or "Cloudflare D1 {database id}"; no secrets */
  readonly place: string
  /**
   * Stores each row that is newer than the one of its id; of those with one id the newest. A row too large for D1 is
   * refused before anything is sent; after another failure, any of the rows may have been stored. On first use makes
   * the table, or adopts that of the older pipeline.
   */
  upsert(rows: readonly D1Row[], signal: AbortSignal): Promise<void>
  /** At most `limit` rows with a greater id than `after`, or from the first; by id in the order of its UTF-8 bytes. */
  read(after: string | null, limit: number, signal: AbortSignal): Promise<D1Row[]>
  /** Throws what keeps upsert from working, without storing a row; it too makes or adopts the table. */
  check(signal: AbortSignal): Promise<void>
}

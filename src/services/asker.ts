/** Who has asked for something, for those who will wonder later. */
export interface Asker {
  /** of the token; null while there are none */
  name: string | null
  requestId: string | null
}

/** What the service begins by itself. */
export const itself: Asker = { name: null, requestId: null }

/** Where the page of a run is. */
export const addressOfRun = (id: string) => `/runs/${encodeURIComponent(id)}`

/** Where the page of an image is. */
export const addressOfImage = (id: string) => `/images/${encodeURIComponent(id)}`

import { localViewer, type Viewer } from '../auth/viewer.ts'

/** Whose limits apply: one count for all that is asked with a token; null while there are none, and no such limits. */
export const limitedAs = ({ id }: Viewer): string | null => (id === localViewer.id ? null : id)

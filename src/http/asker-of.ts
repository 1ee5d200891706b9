import { localViewer, type Viewer } from '../auth/viewer.ts'
import type { Asker } from '../services/asker.ts'

/** What is told of who asks, beside what they have begun. */
export const askerOf = ({ id, name }: Viewer, requestId: string | null): Asker => ({
  name: id === localViewer.id ? null : name,
  requestId,
})

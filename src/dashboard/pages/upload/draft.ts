import { createStore } from '../../live/store.ts'

/** What is said of the files that are sent next; kept while another page is shown. */
export const draft = createStore({ artistName: '', venueTag: '', recipes: [] as readonly string[] })

export type Draft = ReturnType<typeof draft.get>

export const write = (patch: Partial<Draft>) => draft.set({ ...draft.get(), ...patch })

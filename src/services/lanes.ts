/** What is in the interactive lane goes before everything in the other. */
export const lanes = { interactive: 0, background: 1 } as const

/** Of a service whose storage is always there, and which may fetch from anywhere. */
export const runSettings = {
  defaultRecipes: ['presets'],
  checkSource: (url: string) => new URL(url),
  checkStorage: async () => {},
}

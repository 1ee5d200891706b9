import { defineConfig } from 'vite'
import { bundleLimit } from './bundle-limit.ts'

export default defineConfig({
  build: {
    outDir: '../../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    // as a data URL the policy of the page would not take it
    assetsInlineLimit: 0,
    // browsers that know `import()` know it
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
    // `'use client'` means something on servers only
    rolldownOptions: {
      checks: { moduleLevelDirective: false },
      // what pages share is one file: two dozen of a few hundred bytes each are asked for and gzipped one by one
      output: { codeSplitting: { groups: [{ name: 'shared', test: /node_modules|dashboard\/(api|live|parts)\// }] } },
    },
  },
  plugins: [bundleLimit(150 * 1024)],
})

import type { Reporter, TestModule } from 'vitest/node'
import { missing } from './installed.ts'

/** One closing line with the counts, and one that says what was left out and how to have it. */
export default class ClosingLines implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state))
    const count = (state: string) => states.filter((each) => each === state).length
    console.info(`tests: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
    if (missing.length > 0) {
      console.info(`Left out for want of ${missing.join(' and ')}: to run everything, first run npm run test:setup`)
    }
  }
}

import type { App } from '../../src/app.ts'
import { eventually } from './eventually.ts'

/** Waits until so many subscriptions, in all, listen for what happens. */
export async function listenersAre({ bell }: Pick<App, 'bell'>, count: number): Promise<void> {
  await eventually(`${count} subscriptions listen`, () => bell.listenerCount === count)
}

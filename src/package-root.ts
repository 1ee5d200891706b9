import { readFileSync } from 'node:fs'

/** The folder of package.json. This file lies right below src/, and whatever is built of it right below dist/. */
export const packageRoot = new URL('../', import.meta.url)

/** Whether this runs from the sources. */
export const isSource = import.meta.url.endsWith('.ts')

/** Of Greenroom. */
export const { version } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as { version: string }

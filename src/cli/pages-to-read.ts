import { openAsBlob } from 'node:fs'
import path from 'node:path'
import { venueSourceNames } from '../venues/venue-list.ts'
import { ApiError, type FilePart } from './api.ts'

/** As the API writes it. */
export interface PageToRead {
  source: string
  url?: string
  file?: null
}

const withSource = new RegExp(`^(${venueSourceNames.join('|')})=(.+)$`, 's')

/**
 * What `--from` names: addresses, and files to send with them. Each is of the one source that is named, or says whose it
 * is (`liv=page.html`). Throws ApiError.
 */
export async function findPages(
  named: readonly string[],
  from: readonly string[],
): Promise<{ pages: PageToRead[]; files: FilePart[] }> {
  const pages: PageToRead[] = []
  const files: FilePart[] = []
  for (const value of from) {
    const { source, place } = readPlace(value, named)
    if (/^https?:\/\//i.test(place)) pages.push({ source: source.toUpperCase(), url: place })
    else {
      files.push({ at: `variables.input.pages.${pages.length}.file`, file: await openFile(place) })
      pages.push({ source: source.toUpperCase(), file: null })
    }
  }
  const left =
    pages.length > 0 ? named.filter((name) => !pages.some(({ source }) => source === name.toUpperCase())) : []
  if (left.length > 0) throw new ApiError(`Of ${left.join(' and ')} no page is given with --from; leave it out.`)
  return { pages, files }
}

function readPlace(value: string, named: readonly string[]): { source: string; place: string } {
  const [, source, place] = withSource.exec(value) ?? []
  if (source && place) return { source, place }
  const [only] = named
  if (only && named.length === 1) return { source: only, place: value }
  throw new ApiError(`Say whose page ${value} is: name one source, or write liv=${value}.`)
}

async function openFile(name: string): Promise<File> {
  try {
    return new File([await openAsBlob(name)], path.basename(name))
  } catch (cause) {
    throw new ApiError(`There is no file ${name}.`, { cause })
  }
}

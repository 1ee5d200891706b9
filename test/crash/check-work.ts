import { findRecipe } from '../../src/services/recipes.ts'
import type { OutputFormat } from '../../src/workers/protocol.ts'
import type { Rows, VariantRow } from './rows.ts'
import type { EncodeRequest } from './service-log.ts'
import type { Site } from './site.ts'

type Looks = Pick<EncodeRequest, 'width' | 'height' | 'format' | 'quality'>

const looksOf = ({ width, height, format, quality }: Looks) => `${width}x${height} ${format} ${quality}`

function qualityOf({ recipe, format }: VariantRow): number | null {
  const output = findRecipe(recipe).outputs.find((each) => each.format === (format as OutputFormat))
  return output && 'quality' in output ? output.quality : null
}

/**
 * Nothing may be encoded whose row stood when the original was opened. Units of one image can look alike (a small
 * original is medium and large at once), so they are counted: no more requests than rows that did not stand.
 */
export function checkEncodes(site: Site, { variants }: Rows): string[] {
  const rowsOf = groupBy(variants, (row) => `${row.originalKey} ${looksOf({ ...row, quality: qualityOf(row) })}`)
  return site.logs.flatMap(({ encodes }) => {
    const requests = groupBy(encodes, (each) => `${each.handle} ${each.openedAt} ${looksOf(each)}`)
    return [...requests.values()].flatMap((group) => {
      const [first] = group
      if (!first) return []
      const unit = `${originalKeyOf(first)} ${looksOf(first)}`
      const missing = (rowsOf.get(unit) ?? []).filter((row) => Date.parse(row.createdAt) >= first.openedAt)
      return group.length > missing.length ? [`${unit} was encoded though it was stored.`] : []
    })
  })
}

/** An object under a hashed key is put once and for ever. */
export function checkPuts(site: Site): string[] {
  const puts = groupBy(
    site.logs.flatMap((log) => log.puts),
    (key) => key,
  )
  return [...puts].filter(([, group]) => group.length > 1).map(([key, { length }]) => `${key} was put ${length} times.`)
}

/** Keys of originals are relative to the private folder. */
function originalKeyOf({ path }: EncodeRequest): string {
  return path.slice(path.lastIndexOf('originals/'))
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key) ?? []
    groups.set(key, [...group, item])
  }
  return groups
}

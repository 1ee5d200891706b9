import { formatTime, formatWord } from '../../parts/format.ts'
import type { SystemData } from './system-query.ts'

const partNames: Record<string, string> = {
  database: 'The database cannot be written',
  storage: 'The storage cannot be used',
  imageHost: 'The image host is being started',
  service: 'The service has been told to end',
}

/** What does not work as it should, in a line each. */
export function tellTroubles({ system: { notReady, storage, d1 } }: SystemData): string[] {
  const away = storage.downSince !== null
  return [
    ...(d1.downSince ? [`D1 degraded since ${formatTime(new Date(d1.downSince))}`] : []),
    ...(storage.downSince ? [`Storage degraded since ${formatTime(new Date(storage.downSince))}`] : []),
    ...notReady.filter((part) => !(away && part === 'storage')).map((part) => partNames[part] ?? formatWord(part)),
  ]
}

export function Troubles({ troubles }: { troubles: readonly string[] }) {
  if (troubles.length === 0) return null
  return (
    <div className="troubles" role="alert">
      {troubles.map((trouble) => (
        <p key={trouble} data-tone="error">
          {trouble}
        </p>
      ))}
    </div>
  )
}

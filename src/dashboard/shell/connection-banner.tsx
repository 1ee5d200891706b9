import { useConnection } from '../live/socket.ts'
import { formatTime } from '../parts/format.ts'

/** Says that what is shown is old, and how old, while the connection is being made again. */
export function ConnectionBanner() {
  const connection = useConnection()
  if (connection.state !== 'lost') return null
  return (
    <p className="banner" role="status" aria-label="Connection" data-tone="decision">
      <span className="banner-dot" />
      Reconnecting… stale since {formatTime(connection.since)}
    </p>
  )
}

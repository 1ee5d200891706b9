import { useMay } from '../../api/viewer.ts'
import { Bytes } from '../../parts/bytes.tsx'
import { Facts } from '../../parts/facts.tsx'
import { formatCount } from '../../parts/format.ts'
import { ChangeSlots } from './change-slots.tsx'
import type { SystemData } from './system-query.ts'

interface Props {
  data: SystemData
  onChange: () => void
}

/** What is in work, what waits, and what it takes. */
export function WorkPanel({ data: { system }, onChange }: Props) {
  const { slots, tasksInWork, threads, busyThreads, imagesInFlight, queueDepth } = system
  const mayChange = useMay('admin')
  return (
    <section className="panel" aria-labelledby="work">
      <div className="panel-head">
        <h2 id="work">Work</h2>
        {mayChange && slots !== null && <ChangeSlots slots={slots} onChange={onChange} />}
      </div>
      <Facts
        facts={[
          {
            name: 'Slots',
            value: `${formatCount(tasksInWork)} of ${slots === null ? 'unknown' : formatCount(slots)} taken`,
          },
          { name: 'Threads', value: `${formatCount(busyThreads)} of ${formatCount(threads)} busy` },
          { name: 'Uploads waiting', value: queueDepth ? formatCount(queueDepth.interactive) : 'unknown' },
          { name: 'Others waiting', value: queueDepth ? formatCount(queueDepth.background) : 'unknown' },
          { name: 'Images in flight', value: formatCount(imagesInFlight) },
          {
            name: 'Megapixels in flight',
            value: `${formatCount(system.megapixelsInFlight)} of ${formatCount(system.megapixelsLimit)}`,
          },
          { name: 'Memory of the service', value: <Bytes count={system.rssBytes} /> },
          system.imageHostRssBytes === null
            ? null
            : { name: 'Memory of the image host', value: <Bytes count={system.imageHostRssBytes} /> },
          system.diskFreeBytes === null
            ? null
            : { name: 'Room on the disk', value: <Bytes count={system.diskFreeBytes} /> },
        ]}
      />
    </section>
  )
}

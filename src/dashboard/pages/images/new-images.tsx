import { useAnnouncement } from '../../live/announce.ts'
import { Button } from '../../parts/button.tsx'
import { formatThings } from '../../parts/format.ts'

/** The most that is looked for; there may be more. */
const most = 100

/** Says that there is more than is shown, which would jump if it came in by itself. */
export function NewImages({ count, onShow }: { count: number; onShow: () => void }) {
  const text = count >= most ? `${most} new images or more` : formatThings(count, 'new image')
  useAnnouncement(count > 0 ? text : '')
  if (count === 0) return null
  return (
    <div className="new-images">
      <Button kind="primary" onClick={onShow}>
        {text}: show
      </Button>
    </div>
  )
}

import type { CSSProperties, KeyboardEvent, PointerEvent } from 'react'
import { type Point, within } from './focal-crops.ts'

interface Props {
  image: { src: string; width: number; height: number }
  point: Point
  /** null where one may only look */
  onMove: ((point: Point) => void) | null
}

/** How far a key moves it, in percent; with Shift, and without. */
const step = { far: 10, near: 1 }

const arrows: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** A picture with a marker, which is set by a click, drawn, or moved by arrow keys. */
export function FocalPicture({ image: { src, width, height }, point, onMove }: Props) {
  function press(event: KeyboardEvent): void {
    const arrow = arrows[event.key]
    if (!arrow || !onMove) return
    event.preventDefault()
    const by = event.shiftKey ? step.far : step.near
    onMove(within({ x: point.x + arrow.x * by, y: point.y + arrow.y * by }))
  }

  function place(event: PointerEvent<HTMLElement>): void {
    if (!onMove || event.buttons !== 1) return
    const box = event.currentTarget.getBoundingClientRect()
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
    onMove(within({ x: x * 100, y: y * 100 }))
  }

  return (
    <div
      className="focal-picture"
      role="slider"
      tabIndex={onMove ? 0 : undefined}
      aria-label="Focal point"
      aria-disabled={onMove ? undefined : true}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={point.x}
      aria-valuetext={`${point.x}% from the left, ${point.y}% from the top`}
      style={{ aspectRatio: `${width} / ${height}`, '--ratio': width / height } as CSSProperties}
      onKeyDown={press}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        place(event)
      }}
      onPointerMove={place}
    >
      <img src={src} alt="" draggable={false} />
      <span className="focal-marker" style={{ left: `${point.x}%`, top: `${point.y}%` }} />
    </div>
  )
}

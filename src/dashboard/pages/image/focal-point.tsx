import { useState } from 'react'
import { useMutation } from 'urql'
import { Link } from 'wouter'
import { refusalOf } from '../../api/refusal.ts'
import { useMay } from '../../api/viewer.ts'
import { announce } from '../../live/announce.ts'
import { useLiveQuery } from '../../live/use-live-query.ts'
import { addressOfRun } from '../../parts/addresses.ts'
import { Answered } from '../../parts/answered.tsx'
import { Button } from '../../parts/button.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { objectPosition, type Point, within } from './focal-crops.ts'
import { FocalPicture } from './focal-picture.tsx'
import { type Cut, cutsOf, type FocalImage, focalQuery, setFocalPoint, wholeOf } from './focal-query.ts'

const middle: Point = { x: 50, y: 50 }

/** The point of an image that is to stay when it is cut, with what each cut looks like about it. */
export function FocalPointEditor({ imageId }: { imageId: string }) {
  const answer = useLiveQuery({ query: focalQuery, variables: { id: imageId }, on: ['images'] })
  return (
    <section className="panel" aria-labelledby="focal-point">
      <h2 id="focal-point">Focal point</h2>
      <Answered answer={answer} label="Focal point" lines={4}>
        {({ image, recipes }) => image && <Editor key={image.id} image={image} cuts={cutsOf(image, recipes)} />}
      </Answered>
    </section>
  )
}

function Editor({ image, cuts }: { image: FocalImage; cuts: readonly Cut[] }) {
  const { width, height, focalPoint } = image
  const [saved, setSaved] = useState<{ point: Point | null; over: FocalImage } | null>(null)
  const told = focalPoint && within({ x: focalPoint.x * 100, y: focalPoint.y * 100 })
  // until the image is told anew
  const stored = saved?.over === image ? saved.point : told
  const [draft, setDraft] = useState<Point | null>(null)
  const mayEdit = useMay('editor')
  const point = draft ?? stored ?? middle
  const src = wholeOf(image, cuts)
  if (!src) return <EmptyState title="There is no variant to show yet" />
  return (
    <div className="focal">
      <FocalPicture image={{ width, height, src }} point={point} onMove={mayEdit ? setDraft : null} />
      <div className="focal-side">
        {cuts.length === 0 && <EmptyState title="No recipe of this image cuts it" />}
        <div className="focal-cuts">
          {cuts.map((cut) => (
            <figure key={`${cut.recipe} ${cut.name}`}>
              <img
                src={src}
                alt={`How ${cut.name} is cut`}
                style={{
                  aspectRatio: `${cut.width} / ${cut.height}`,
                  objectPosition: objectPosition(image, cut, point),
                }}
              />
              <figcaption>
                {cut.name} <small className="number">{`${cut.width} × ${cut.height}`}</small>
              </figcaption>
            </figure>
          ))}
        </div>
        {mayEdit && (
          <SavePoint
            image={image}
            stored={stored}
            draft={draft}
            onSave={(kept) => {
              setSaved({ point: kept, over: image })
              setDraft(null)
            }}
            onUndo={() => setDraft(null)}
          />
        )}
      </div>
    </div>
  )
}

interface SaveProps {
  image: FocalImage
  stored: Point | null
  draft: Point | null
  onSave: (point: Point | null) => void
  onUndo: () => void
}

function SavePoint({ image, stored, draft, onSave, onUndo }: SaveProps) {
  const [{ fetching }, set] = useMutation(setFocalPoint)
  const [problem, setProblem] = useState<string | null>(null)
  const [runId, setRunId] = useState<string | null>(null)
  const changed = draft !== null && (draft.x !== stored?.x || draft.y !== stored.y)

  async function save(point: Point | null): Promise<void> {
    const parts = { x: point && point.x / 100, y: point && point.y / 100 }
    const said = await set({ imageId: image.id, ...parts })
    const answer = said.data?.setFocalPoint
    if (answer?.__typename !== 'SetFocalPointPayload') {
      return setProblem(refusalOf(said, answer))
    }
    setProblem(null)
    setRunId(answer.run?.id ?? null)
    announce('Focal point saved')
    onSave(point)
  }

  return (
    <>
      <div className="focal-actions">
        <Button kind="primary" disabled={!changed || fetching} aria-busy={fetching} onClick={() => save(draft)}>
          Save
        </Button>
        {changed && (
          <Button kind="plain" disabled={fetching} onClick={onUndo}>
            Undo
          </Button>
        )}
        {stored && !changed && (
          <Button kind="plain" disabled={fetching} onClick={() => save(null)}>
            Back to the middle
          </Button>
        )}
      </div>
      {problem && <p role="alert">{problem}</p>}
      {runId && !changed && (
        <small>
          Saved. <Link href={addressOfRun(runId)}>A run</Link> cuts it anew; until it is over, the old cuts are served.
        </small>
      )}
    </>
  )
}

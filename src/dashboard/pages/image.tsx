import { useLiveQuery } from '../live/use-live-query.ts'
import { Answered } from '../parts/answered.tsx'
import { formatWord } from '../parts/format.ts'
import { PageHeader } from '../parts/page-header.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import type { PageProps } from '../routes.ts'
import { Compare } from './image/compare.tsx'
import { FocalPointEditor } from './image/focal-point.tsx'
import { History } from './image/history.tsx'
import { ImageActions } from './image/image-actions.tsx'
import { ImageFacts } from './image/image-facts.tsx'
import { type ImageDetails, imageQuery } from './image/image-query.ts'
import { Picture } from './image/picture.tsx'
import { Variants } from './image/variants.tsx'
import { Warnings } from './image/warnings.tsx'
import { NotFoundPage } from './not-found.tsx'

export function ImagePage({ params }: PageProps) {
  const answer = useLiveQuery({ query: imageQuery, variables: { id: params.id ?? '' }, on: ['images', 'runs'] })
  const isNoId = answer.error?.graphQLErrors.some(({ extensions }) => extensions.code === 'INVALID_INPUT')
  if (isNoId) return <NotFoundPage thing="image" />
  return (
    <Answered answer={answer} label="Image" lines={12}>
      {({ image }) => (image ? <Details image={image} /> : <NotFoundPage thing="image" />)}
    </Answered>
  )
}

function Details({ image }: { image: ImageDetails }) {
  const { filename, status, tasks } = image
  const atWork = tasks.nodes.find((task) => task.status === 'RUNNING')
  return (
    <>
      <PageHeader title={filename} tabTitle={`${formatWord(status)}: ${filename}`}>
        <StatusBadge status={status} />
        {atWork && <span>{formatWord(atWork.stage)}…</span>}
        <ImageActions image={image} />
      </PageHeader>
      <div className="image-top">
        <Picture image={image} />
        <div className="image-side">
          <Warnings warnings={image.warnings} />
          <ImageFacts image={image} />
        </div>
      </div>
      <Variants image={image} />
      <Compare image={image} />
      <FocalPointEditor imageId={image.id} />
      <History tasks={image.tasks} />
    </>
  )
}

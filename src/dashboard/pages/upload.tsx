import { useMay } from '../api/viewer.ts'
import { useStore } from '../live/store.ts'
import { useLiveQuery } from '../live/use-live-query.ts'
import { Answered } from '../parts/answered.tsx'
import { PageHeader } from '../parts/page-header.tsx'
import { EmptyState } from '../parts/states.tsx'
import { newKey } from './upload/check-file.ts'
import { chooseFiles } from './upload/choose-files.ts'
import { DetailsForm } from './upload/details-form.tsx'
import { draft } from './upload/draft.ts'
import { DropZone } from './upload/drop-zone.tsx'
import { FileList } from './upload/file-list.tsx'
import { isMoving, rows } from './upload/rows.ts'
import { begin } from './upload/send-rows.ts'
import { StartedRuns } from './upload/started-runs.tsx'
import { choicesQuery, type Policy } from './upload/upload-queries.ts'

export function UploadPage() {
  const answer = useLiveQuery({ query: choicesQuery, variables: {}, on: [] })
  const files = useStore(rows)
  const moving = files.filter(isMoving).length
  return (
    <>
      <PageHeader title="Upload" tabTitle={moving > 0 ? `Uploading ${moving}` : 'Upload'} />
      {useMay('editor') ? (
        <Answered answer={answer} label="Upload" lines={8}>
          {({ uploadPolicy, recipes, venues }) => (
            <div className="upload-columns">
              <DropZone policy={uploadPolicy} onFiles={(chosen) => void chooseFiles(chosen, uploadPolicy)} />
              <DetailsForm
                recipes={recipes}
                venues={venues}
                count={files.filter(({ state }) => state === 'CHOSEN').length}
                onSend={() => send(uploadPolicy)}
              />
              <div className="upload-files">
                <StartedRuns />
                <FileList files={files} policy={uploadPolicy} />
              </div>
            </div>
          )}
        </Answered>
      ) : (
        <EmptyState title="Only editors and admins may upload" />
      )}
    </>
  )
}

function send({ maxFiles }: Policy): void {
  const { artistName, venueTag, recipes } = draft.get()
  const keys = rows.get().flatMap(({ key, state }) => (state === 'CHOSEN' ? key : []))
  const details = {
    batch: newKey(),
    artistName: artistName.trim(),
    venueTag: venueTag || null,
    recipes: recipes.length > 0 ? [...recipes] : null,
  }
  begin(keys, details, maxFiles)
}

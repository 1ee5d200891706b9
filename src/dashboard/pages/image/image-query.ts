import { graphql, type ResultOf } from '../../api/graphql.ts'
import { attempts } from '../../parts/attempts.tsx'
import { thumb } from '../../parts/thumb.tsx'

export const imageQuery = graphql(
  `query Image($id: ID!) {
    image(id: $id) {
      ...Thumb
      wide: srcset(format: "webp")
      large: variant(name: "large") { url }
      hd: variant(name: "hd") { url }
      status
      sha256
      byteSize
      format
      mimeType
      frames
      hasAlpha
      warnings
      sourceUrl
      venueTags
      createdAt
      usableAt
      readyAt
      deadlineMet
      deletedAt
      focalPoint { x y }
      artists { slug name }
      variants { recipe name format mimeType width height byteSize key url }
      tasks(first: 20) {
        totalCount
        nodes {
          id
          status
          stage
          subject
          attempt
          createdAt
          finishedAt
          nextAttemptAt
          errorCode
          errorMessage
          run { id kind scope dryRun requestId }
          ...Attempts
        }
      }
    }
  }`,
  [thumb, attempts],
)

export type ImageDetails = NonNullable<ResultOf<typeof imageQuery>['image']>
export type Variant = ImageDetails['variants'][number]
export type ImageTask = ImageDetails['tasks']['nodes'][number]

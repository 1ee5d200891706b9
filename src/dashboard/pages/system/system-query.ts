import { graphql, type ResultOf } from '../../api/graphql.ts'

export const systemQuery = graphql(`
  query System {
    system {
      version
      nodeVersion
      sharpVersion
      libvipsVersion
      startedAt
      notReady
      slots
      tasksInWork
      threads
      busyThreads
      imagesInFlight
      megapixelsInFlight
      megapixelsLimit
      rssBytes
      imageHostRssBytes
      diskFreeBytes
      queueDepth { interactive background }
      storage { kind place lastSuccessAt downSince }
      d1 { kind place lastSuccessAt downSince }
      processes { role host pid version slots tasksInWork startedAt seenAt }
    }
  }
`)

export type SystemData = ResultOf<typeof systemQuery>
export type System = SystemData['system']

import type { GraphiQLOptions } from 'graphql-yoga'
import { csrfHeader } from './csrf-header.ts'

const upload = (
  origin: string,
) => `# GraphiQL cannot attach a file: send this operation with curl, from a folder that has a photo.jpg.
#
# curl ${origin}/graphql -H 'x-graphql-yoga-csrf: 1' \\
#   -F operations='{"query":"mutation ($file: File!, $artist: String!) { uploadImage(input: { file: $file, artistName: $artist }) { ... on UploadImagePayload { run { id } } ... on Error { message } } }","variables":{"file":null,"artist":"Carl Cox"}}' \\
#   -F map='{"0":["variables.file"]}' -F 0=@photo.jpg
mutation Upload($file: File!, $artist: String!) {
  uploadImage(input: { file: $file, artistName: $artist }) {
    __typename
    ... on UploadImagePayload {
      duplicate
      image { id filename width height }
      run { id status }
    }
    ... on Error { code message retryable }
  }
}
`

const watch = `# Take the run's id from an upload. It replays what has happened, then goes on live.
subscription Watch($runId: ID!, $afterSeq: Int) {
  runProgress(runId: $runId, afterSeq: $afterSeq) {
    seq
    type
    message
    run { status progress processedCount totalCount }
    variant { name format width height byteSize url }
  }
}
`

const importing = `# Fetches pictures from public web servers, one task an address; watch the run as that of an upload.
mutation Import {
  importImages(input: { urls: ["https://example.com/photo.jpg"], artistName: "Carl Cox" }) {
    __typename
    ... on StartRunPayload { run { id status } }
    ... on Error { code message }
  }
}

# Compares storage with the database, both ways; with fix: true it mends what differs.
mutation Reconcile {
  reconcileStorage(input: { fix: false }) {
    ... on StartRunPayload { run { id status } }
    ... on Error { code message }
  }
}
`

const reprocess = `# Makes what is missing. Scopes: MISSING, STALE, ALL, IMAGES (with ids).
mutation Reprocess {
  reprocessImages(input: { scope: ALL }) {
    __typename
    ... on StartRunPayload { run { id status } }
    ... on Error { code message }
  }
}
`

const runs = `# What goes on; below, how to stop a run and to do again what failed. Choose by name which to execute.
query Runs {
  queue { concurrency running retrying waitingInteractive waitingBackground paused }
  runs(first: 10) {
    nodes {
      id
      kind
      status
      outcome
      progress
      tasks(status: [FAILED]) { totalCount nodes { subject errorCode errorMessage errorStage attempt } }
    }
  }
}

mutation Cancel($runId: ID!) {
  cancelRun(input: { id: $runId, reason: "tried in GraphiQL" }) {
    ... on ProcessingRun { status cancelledCount totalCount }
    ... on Error { code message }
  }
}

mutation Retry($runId: ID!) {
  retryRun(input: { id: $runId, only: ALL }) {
    ... on StartRunPayload { run { id status } }
    ... on Error { code message }
  }
}
`

const browse = `# What is there. Everything in a list of images comes in a fixed number of database queries.
query Browse {
  images(first: 10) {
    totalCount
    nodes {
        id
        filename
        status
        readyMaxWidth
        warnings
        placeholder
        srcset(format: "avif", maxWidth: 1280)
        artists { slug name }
        variants(recipe: "presets") { name width height byteSize url }
    }
  }
  recipes { name hash formats variants { name method width height } }
  uploadPolicy { maxBytes maxPixels minWidth minHeight maxFiles mimeTypes }
}
`

const venues = `# Nights at venues, and what their artists look like.
query Venues {
  venues { tag name source eventCount lastReadAt }
  venueEvents(first: 10) {
    totalCount
    nodes { date venueName title artistName images { name url } synced syncError }
  }
  d1 { place dueCount waitingForPicture syncedAt }
}

# Their own servers are only asked with SCRAPE_LIVE=true; a dry run only tells what is on the pages.
mutation Scrape {
  scrapeVenues(input: { sources: [LIV], dryRun: true }) {
    ... on StartRunPayload { run { id status } }
    ... on Error { code message }
  }
}

mutation SyncToD1 {
  syncToD1(input: { which: COMPARED, dryRun: true }) {
    ... on StartRunPayload { run { id status } }
    ... on Error { code message }
  }
}
`

/** Options of the page at GET /graphql: runnable examples in tabs, subscriptions over the same endpoint. */
export function graphiqlOptions(origin: string): GraphiQLOptions {
  return {
    title: 'Greenroom',
    subscriptionsProtocol: 'WS',
    additionalHeaders: { [csrfHeader]: 'graphiql' },
    defaultTabs: [
      { query: browse },
      { query: upload(origin), variables: JSON.stringify({ file: null, artist: 'Carl Cox' }, null, 2) },
      { query: watch, variables: JSON.stringify({ runId: '', afterSeq: 0 }, null, 2) },
      { query: importing },
      { query: venues },
      { query: reprocess },
      { query: runs, variables: JSON.stringify({ runId: '' }, null, 2) },
    ],
  }
}

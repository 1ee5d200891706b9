import type { RunEventType, RunKind, RunOutcome, RunStatus, TaskStage, TaskStatus } from '../generated/sqlite/client.ts'
import { builder } from './builder.ts'

type Described<T extends string> = Record<T, { description: string }>

export const RunKindEnum = builder.enumType('RunKind', {
  description: 'What asked for a run.',
  values: {
    UPLOAD: { description: 'A file was sent.' },
    IMPORT: { description: 'Addresses were given.' },
    REPROCESS: { description: 'Images are done again.' },
    SCRAPE: { description: 'Venue pages are read.' },
    SYNC: { description: 'D1 is brought up to date.' },
    RECONCILE: { description: 'Storage is compared with the database.' },
  } satisfies Described<RunKind>,
})

export const RunStatusEnum = builder.enumType('RunStatus', {
  description: 'Where a run stands.',
  values: {
    QUEUED: { description: 'Accepted; nothing has begun.' },
    RUNNING: { description: 'At least one task has begun.' },
    CANCELLING: { description: 'To be cancelled as soon as its workers have stopped.' },
    SUCCEEDED: { description: 'Over; see the outcome for what did not work.' },
    FAILED: { description: 'Over; nothing worked.' },
    CANCELLED: { description: 'Over; what was stored until then is kept.' },
  } satisfies Described<RunStatus>,
})

export const RunOutcomeEnum = builder.enumType('RunOutcome', {
  description: 'How a run ended.',
  values: {
    CLEAN: { description: 'Everything worked at once.' },
    WITH_ISSUES: {
      description:
        'Everything worked; some images have warnings, tasks needed another attempt, or something in storage is not as it should be.',
    },
    WITH_FAILURES: { description: 'Some tasks failed.' },
    ALL_FAILED: { description: 'Every task failed.' },
    NOTHING_TO_DO: { description: 'Everything was there already.' },
  } satisfies Described<RunOutcome>,
})

export const TaskStatusEnum = builder.enumType('TaskStatus', {
  description: 'Where a task stands.',
  values: {
    QUEUED: { description: 'Waits for its turn.' },
    RUNNING: { description: 'Is being worked on.' },
    RETRYING: { description: 'Failed in a way that may pass; waits for `nextAttemptAt`.' },
    SUCCEEDED: { description: 'Over; made what was asked.' },
    SKIPPED: { description: 'Over; there was nothing to make.' },
    FAILED: { description: 'Over; see its error.' },
    CANCELLED: { description: 'Over; its run was cancelled.' },
  } satisfies Described<TaskStatus>,
})

export const TaskStageEnum = builder.enumType('TaskStage', {
  description: 'The steps of a task.',
  values: {
    PREPARE: { description: 'Finding out what to make.' },
    FETCH: { description: 'Getting the original.' },
    VALIDATE: { description: 'Checking it.' },
    DECODE: { description: 'Decoding it, once.' },
    ENCODE: { description: 'Making variants.' },
    STORE: { description: 'Putting them into storage.' },
    PERSIST: { description: 'Recording them.' },
    SYNC: { description: 'Telling D1.' },
  } satisfies Described<TaskStage>,
})

export const RunEventTypeEnum = builder.enumType('RunEventType', {
  description: 'What happened.',
  values: {
    QUEUED: { description: 'The run was accepted.' },
    PLANNED: { description: 'All its tasks are known; `totalCount` is final.' },
    STARTED: { description: 'Its first task began.' },
    PAUSED: { description: 'Nothing more of the run is begun until it is resumed.' },
    RESUMED: { description: 'The run goes on.' },
    CANCELLING: { description: 'Somebody asked for its end, or the engine gave up; work on it is being stopped.' },
    TASK_STARTED: { description: 'A task began.' },
    TASK_DECODED: { description: 'An original was decoded.' },
    SOURCE_FETCHED: { description: 'What an address holds was taken in; the task goes on with the image.' },
    OBJECT_BROKEN: { description: 'An object is missing in storage, or is something else than was stored.' },
    OBJECT_ORPHANED: { description: 'An object lies in storage that nothing names.' },
    PAGE_READ: { description: 'A page of a venue was read, or has not changed.' },
    EVENT_FOUND: { description: 'An event is on a page; told when nothing is to be recorded.' },
    EVENT_SKIPPED: { description: 'Something on a page is no event of ours, or not all of it can be used; and why.' },
    PICTURE_SHOWN: { description: 'What an artist looks like at a venue has changed, or was put right in storage.' },
    ROW_DIFFERS: { description: 'D1 lacks an event, or has it otherwise; and how.' },
    ROWS_SENT: { description: 'Events are in D1; or would be, when nothing is to be sent.' },
    VARIANT_STORED: { description: 'A variant is in storage and on record.' },
    TASK_REQUEUED: { description: 'A task waits again, since its worker went away; no attempt is used.' },
    TASK_RETRYING: { description: 'A task failed and will be tried again.' },
    TASK_SUCCEEDED: { description: 'A task is done.' },
    TASK_SKIPPED: { description: 'A task had nothing to make.' },
    TASK_FAILED: { description: 'A task failed for good.' },
    TASK_CANCELLED: { description: 'A task was cancelled.' },
    SUCCEEDED: { description: 'The run is over.' },
    FAILED: { description: 'The run is over; nothing worked.' },
    CANCELLED: { description: 'The run is over; it was cancelled.' },
  } satisfies Described<RunEventType>,
})

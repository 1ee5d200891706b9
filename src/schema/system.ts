import type { Process as ProcessShape } from '../generated/sqlite/client.ts'
import type { Edge as EdgeShape, EdgeKind as Kind, System as Shape } from '../services/system.ts'
import { builder } from './builder.ts'

const EdgeKind = builder.enumType('EdgeKind', {
  description: 'What something outside of the service is.',
  values: {
    DISK: { description: 'A folder of the machine.' },
    BUCKET: { description: 'A bucket of R2, or of another S3.' },
    FILE: { description: 'A file of the machine.' },
    CLOUDFLARE: { description: 'D1 of Cloudflare.' },
  } satisfies Record<Kind, { description: string }>,
})

const Edge = builder.objectRef<EdgeShape>('Edge').implement({
  description: 'Something outside of the service that it works with, as the process that answers has found it.',
  fields: (t) => ({
    kind: t.expose('kind', { type: EdgeKind, description: 'What it is.' }),
    place: t.exposeString('place', { description: 'Where it is, without secrets and folders of the machine.' }),
    lastSuccessAt: t.expose('lastSuccessAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a call to it worked last; null before the first one.',
    }),
    downSince: t.expose('downSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it does not do what it is asked; null while it does, or has not been asked.',
    }),
  }),
})

const QueueDepth = builder.objectRef<{ interactive: number; background: number }>('QueueDepth').implement({
  description: 'Tasks that wait, by lane; without those of paused runs.',
  fields: (t) => ({
    interactive: t.exposeInt('interactive', { description: 'Of uploads; they go first.' }),
    background: t.exposeInt('background', { description: 'Of all other runs.' }),
  }),
})

const ProcessRole = builder.enumType('ProcessRole', {
  description: 'What a process is there for.',
  values: {
    SERVER: { description: 'It serves the API, and works on tasks unless its slots are 0.' },
    WORKER: { description: 'It works on tasks.' },
  } satisfies Record<ProcessShape['role'], { description: string }>,
})

const Process = builder.objectRef<ProcessShape>('Process').implement({
  description: 'A process that shares the work, as it told of itself last.',
  fields: (t) => ({
    role: t.expose('role', { type: ProcessRole, description: 'What it is there for.' }),
    host: t.exposeString('host', { description: 'The name of its machine.' }),
    pid: t.exposeInt('pid', { description: 'Its number on that machine.' }),
    version: t.exposeString('version', { description: 'Of Greenroom, in that process.' }),
    slots: t.exposeInt('concurrency', { description: 'Tasks at once.' }),
    tasksInWork: t.exposeInt('inWork', { description: 'Of those, taken.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was started.' }),
    seenAt: t.expose('seenAt', {
      type: 'DateTime',
      description: 'When it told of itself, which it does every 5 s. One that is silent for 30 s is left out.',
    }),
  }),
})

const versionIn = (encoder: string, name: string) => new RegExp(`\\b${name} ([^,]+)`).exec(encoder)?.[1] ?? ''

const System = builder.objectRef<Shape>('System').implement({
  description: 'What runs and how it does, in the process that answers: the values of /metrics at this moment.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'Of Greenroom.' }),
    nodeVersion: t.string({ description: 'Of Node.js.', resolve: () => process.versions.node }),
    sharpVersion: t.string({
      description: 'Of sharp, in the image host.',
      resolve: ({ encoder }) => versionIn(encoder, 'sharp'),
    }),
    libvipsVersion: t.string({
      description: 'Of libvips, which does the work below sharp.',
      resolve: ({ encoder }) => versionIn(encoder, 'libvips'),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When the process was started.' }),
    notReady: t.stringList({
      description: 'What cannot be used now, as /ready says: `database`, `storage`, `imageHost`, `service`.',
      resolve: ({ levels }) => [...levels.notReady],
    }),
    slots: t.int({
      nullable: true,
      description: 'Tasks at once (`setConcurrency`); null while the database does not answer.',
      resolve: ({ levels }) => levels.queue?.concurrency ?? null,
    }),
    tasksInWork: t.int({ description: 'Of those, taken.', resolve: ({ levels }) => levels.tasksInWork }),
    threads: t.int({
      description: 'Threads of the image host: units of work at once.',
      resolve: ({ limits }) => limits.threads,
    }),
    busyThreads: t.int({ description: 'Of those, at work.', resolve: ({ levels }) => levels.host.busyThreads }),
    imagesInFlight: t.int({ description: 'Images in the image host.', resolve: ({ levels }) => levels.host.images }),
    megapixelsInFlight: t.int({
      description: 'Millions of pixels in the image host.',
      resolve: ({ levels }) => levels.host.megapixels,
    }),
    megapixelsLimit: t.int({
      description: 'How many fit (`MEGAPIXELS_IN_FLIGHT`).',
      resolve: ({ limits }) => limits.megapixels,
    }),
    rssBytes: t.float({
      description: 'Memory of the service without its image host.',
      resolve: ({ resident }) => resident,
    }),
    imageHostRssBytes: t.float({
      nullable: true,
      description: 'Memory of the image host; null where the system does not tell, which only Linux does.',
      resolve: ({ levels }) => levels.host.residentBytes,
    }),
    diskFreeBytes: t.float({
      nullable: true,
      description: 'Room on the disk of `DATA_DIR`; null when it cannot be found out.',
      resolve: ({ levels }) => levels.diskFreeBytes,
    }),
    queueDepth: t.field({
      type: QueueDepth,
      nullable: true,
      description: 'What waits; null while the database does not answer.',
      resolve: ({ levels: { queue } }) =>
        queue && { interactive: queue.waitingInteractive, background: queue.waitingBackground },
    }),
    storage: t.expose('storage', { type: Edge, description: 'Where variants and originals lie.' }),
    processes: t.field({
      type: [Process],
      nullable: true,
      description:
        'All that share the work on one PostgreSQL, the oldest first; on SQLite the one there is. Null while the database does not answer.',
      resolve: ({ levels }) => levels.processes,
    }),
    d1: t.expose('d1', { type: Edge, description: 'Where the rows go that other sites read.' }),
  }),
})

builder.queryField('system', (t) =>
  t.field({
    type: System,
    description: 'What runs and how it does.',
    resolve: (_root, _args, { system }) => system(),
  }),
)

import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Observations, Observe } from '../services/observations.ts'

export interface MetricsPage {
  contentType: string
  /** everything, in Prometheus' text format */
  render(): Promise<string>
}

export interface Metrics extends MetricsPage {
  observe: Observe
  registry: Registry
  /** before each rendering; what it cannot find out it leaves out */
  onRender(refresh: () => Promise<void>): void
}

/** Seconds: from a look at a file to an image that waits in a long queue. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

type Labels<K extends keyof Observations> = readonly (keyof Observations[K] & string)[]

/** Measures of the process itself: one for all services in it, since they cannot be taken back. */
let ofProcess: Registry | null = null

function processMetrics(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

/** What has been observed since the start, for Prometheus. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  // from the start: what it measures begins with it
  const ofThisProcess = processMetrics()
  let refresh = async () => {}

  const duration = <K extends keyof Observations>(name: string, help: string, labelNames: Labels<K>) =>
    new Histogram({ name: `greenroom_${name}_seconds`, help, labelNames, buckets, registers })
  const counter = <K extends keyof Observations>(name: string, help: string, labelNames: Labels<K>) =>
    new Counter({ name: `greenroom_${name}_total`, help, labelNames, registers })

  const instruments = {
    stage: duration<'stage'>('stage', 'Steps of tasks.', ['stage', 'recipe', 'format', 'outcome']),
    unit: duration<'unit'>('unit', 'Work in the image host, without waiting.', ['work', 'format', 'outcome']),
    work: duration<'work'>('task', 'Tasks, from claim to end.', ['kind']),
    task: counter<'task'>('tasks', 'Ends of attempts at tasks.', ['kind', 'outcome', 'code']),
    storage: duration<'storage'>('storage_call', 'Calls to the storage.', ['store', 'operation', 'result']),
    d1: duration<'d1'>('d1_call', 'Calls to D1.', ['operation', 'result']),
    restart: counter<'restart'>('image_host_restarts', 'Starts of the image host after the first.', ['reason']),
    request: duration<'request'>('http_request', 'HTTP requests.', ['route', 'status']),
    masked: counter<'masked'>('graphql_unexpected_errors', 'Errors hidden behind "Unexpected error."', []),
  } satisfies Record<keyof Observations, Histogram | Counter>

  return {
    registry,
    contentType: registry.contentType,
    observe(what, labels, seconds = 0) {
      const instrument: Histogram | Counter = instruments[what]
      if (instrument instanceof Histogram) instrument.observe(labels, seconds)
      else instrument.inc(labels)
    },
    onRender(next) {
      refresh = next
    },
    async render() {
      await refresh()
      return Registry.merge([ofThisProcess, registry]).metrics()
    },
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process of the fleet; one that ends without being told to is started again. */
export interface Member {
  name: string
  /** resolves when it serves or works. Rejects when it ends before that */
  ready: Promise<void>
  pid(): number
  /** ends it in order */
  stop(): Promise<void>
}

interface Options {
  name: string
  /** of dist/cli.js */
  command: 'serve' | 'worker'
  env: Record<string, string>
  print(line: string): void
}

/** What a process says when it is ready. */
const readyLines = ['Greenroom is listening', 'Greenroom works']

export function startMember({ name, command, env, print }: Options): Member {
  let isStopping = false
  let told = () => {}
  const ready = new Promise<void>((resolve) => {
    told = resolve
  })

  function hear(line: string): void {
    const entry = readEntry(line)
    if (entry && readyLines.includes(entry.msg)) told()
    print(`${name.padEnd(9)} ${entry ? describeEntry(entry) : line}`)
  }

  function start() {
    // apart from the terminal, whose Ctrl-C would reach all at once
    const child = spawn(process.execPath, ['--enable-source-maps', 'dist/cli.js', command], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', hear)
    return { child, ended: once(child, 'exit') }
  }

  let running = start()
  const failed = running.ended.then(() => {
    throw new Error(`${name} did not start.`)
  })
  const begun = Promise.race([ready, failed])

  async function keepUp(): Promise<void> {
    await begun
    for (;;) {
      const [code, signal] = await running.ended
      if (isStopping) return
      print(`${name.padEnd(9)} has ended (${signal ?? code}); another one takes its place`)
      await sleep(1_000)
      if (isStopping) return
      running = start()
    }
  }
  const kept = keepUp().catch(() => {})

  return {
    name,
    ready: begun,
    pid: () => running.child.pid ?? 0,
    async stop() {
      isStopping = true
      running.child.kill('SIGTERM')
      await running.ended
      await kept
    },
  }
}

interface Entry {
  level: number
  msg: string
  [field: string]: unknown
}

function readEntry(line: string): Entry | null {
  try {
    const entry = JSON.parse(line) as Partial<Entry> | null
    return typeof entry?.msg === 'string' && typeof entry.level === 'number' ? (entry as Entry) : null
  } catch {
    return null
  }
}

/** For people: the sentence, then what it is about. */
function describeEntry({ level, msg, time: _time, pid: _pid, hostname: _hostname, ...fields }: Entry): string {
  const kind = level >= 50 ? 'ERROR ' : level >= 40 ? 'WARNING ' : ''
  const rest = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${kind}${msg}${rest.join('')}`
}

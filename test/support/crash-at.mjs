// Preloaded with `node --import` into the built service, which knows nothing of it: watches what the service asks of
// SQLite, of the disk and of its image host, writes that down, and ends the process at a point of the way.
//   CRASH_AT        the point; none: only watch
//   CRASH_COUNT     the how-manieth time it is reached
//   CRASH_DELAY_MS  how long after that
//   CRASH_LOG       a file for one JSON object a line
import childProcess from 'node:child_process'
import { appendFileSync } from 'node:fs'
import fsPromises from 'node:fs/promises'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import path from 'node:path'

const { CRASH_AT, CRASH_COUNT = '1', CRASH_DELAY_MS = '0', CRASH_LOG, DATA_DIR = 'data' } = process.env
const delayMs = Number(CRASH_DELAY_MS)
let awaited = Number(CRASH_COUNT)

function reach(point) {
  if (point !== CRASH_AT) return
  awaited -= 1
  if (awaited !== 0) return
  if (delayMs === 0) die()
  else setTimeout(die, delayMs)
}

// the kernel lets no line of ours run after this one
function die() {
  process.kill(process.pid, 'SIGKILL')
}

// what was written before a SIGKILL is in the kernel's hands, and survives it
function note(fact) {
  if (CRASH_LOG) appendFileSync(CRASH_LOG, `${JSON.stringify({ ...fact, at: Date.now() })}\n`)
}

watchDatabase()
watchDisk()
watchImageHost()
note({ kind: 'service', pid: process.pid })

function watchDatabase() {
  // the very copy that the service loads
  const { prototype } = createRequire(import.meta.url)('libsql')
  const { prepare } = prototype
  /** what the transaction under way has done */
  const done = new Set()

  prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql)
    const { verb, table, sets, marks } = parse(sql)
    for (const method of ['run', 'all', 'get']) {
      const execute = statement[method].bind(statement)
      statement[method] = (...values) => {
        const result = execute(...values)
        if (isTransaction(verb) || changed(result)) follow(verb, table, [sets, ...values.flat().slice(0, marks)])
        return result
      }
    }
    return statement
  }

  const watchers = {
    'INSERT Image': () => done.add('after-accept'),
    'INSERT Variant': () => done.add('after-checkpoint') && reach('after-row'),
    'UPDATE Task': (set) => isClaim(set) && done.add('after-claim').add('random'),
    'UPDATE Run': (set) => isEnd(set) && done.add('after-finish') && reach('during-finish'),
  }

  function follow(verb, table, set) {
    if (isTransaction(verb)) {
      const points = [...done]
      done.clear()
      if (verb === 'COMMIT') for (const point of points) reach(point)
    } else watchers[`${verb} ${table}`]?.(set)
  }
}

/** `sets`: the text up to WHERE; `marks`: how many of the values belong to it. */
function parse(sql) {
  const [, verb = '', table = ''] =
    /^\s*(\w+)(?:\s+OR\s+\w+)?(?:\s+INTO)?(?:\s+[`"]?main[`"]?\s*\.)?\s*[`"]?(\w*)/i.exec(sql) ?? []
  const [sets = ''] = sql.split(/\bWHERE\b/i, 1)
  return { verb: verb.toUpperCase(), table, sets, marks: sets.split('?').length - 1 }
}

function isTransaction(verb) {
  return verb === 'BEGIN' || verb === 'COMMIT' || verb === 'ROLLBACK'
}

// an UPDATE that found no row says nothing of where the service is
function changed(result) {
  return Array.isArray(result) ? result.length > 0 : Number(result?.changes) > 0
}

function says(set, ...words) {
  const [text, ...values] = set
  return words.some((word) => values.includes(word) || text.includes(`'${word}'`))
}

function isClaim(set) {
  return set[0].includes('leaseToken') && says(set, 'RUNNING')
}

function isEnd(set) {
  return says(set, 'SUCCEEDED', 'FAILED', 'CANCELLED')
}

function watchDisk() {
  for (const name of ['link', 'rename']) {
    const move = fsPromises[name]
    fsPromises[name] = async (from, to) => {
      await move(from, to)
      const key = path.relative(path.resolve(DATA_DIR), to)
      note({ kind: 'put', key })
      if (/^(variants|images)\//.test(key)) reach('after-put')
      if (/(^|\/)originals\//.test(key)) reach('after-original')
    }
  }
  syncBuiltinESMExports()
}

function watchImageHost() {
  const { fork } = childProcess
  childProcess.fork = (...args) => {
    const child = fork(...args)
    note({ kind: 'host', pid: child.pid })
    watchRequests(child)
    return child
  }
  syncBuiltinESMExports()
}

function watchRequests(child) {
  const asked = new Map()
  const opened = new Map()
  const send = child.send.bind(child)

  child.on('message', (reply) => {
    if (reply.kind === 'opened') opened.set(reply.handle, asked.get(reply.id))
  })
  child.send = (request, ...rest) => {
    if (request.kind === 'open') asked.set(request.id, { path: request.request.path, openedAt: Date.now() })
    const isEncode = request.kind === 'encode'
    if (isEncode) note({ kind: 'encode', ...opened.get(request.handle), ...describe(request) })
    const result = send(request, ...rest)
    if (isEncode) reach('mid-encode')
    return result
  }
}

function describe({ handle, unit: { width, height, output } }) {
  return { handle, width, height, format: output.format, quality: output.quality ?? null }
}

// The logs of a registry at the moment of one checkpoint, page by page. A registry is asked for what comes behind a record, and may
// answer with as little as one at a time: pages are put together here, whatever slices it gives.
import { AppError } from '../../../core/error.ts'
import { type LoggedRecord, pageBytes } from '../../../core/systems/warg/encoding/wire.ts'
import { fault } from '../../../core/systems/warg/fault.ts'
import { logIdOf, maxBytes, operatorSubject, pageLength, pageName } from '../../../core/systems/warg/files.ts'
import { checkSize } from '../../../core/transport.ts'
import type { Fetched, FetchedRecord } from './answers.ts'
import type { WargApi } from './api.ts'
import { isUnknown } from './refusal.ts'

export interface Moment {
  /** From 1; undefined behind the end. */
  page(subject: string, number: number, signal: AbortSignal): Promise<Uint8Array | undefined>
}

/** Behind a record; in front of all others where there is no token. */
interface Cursor {
  token?: string
  /** Its place in the registry's log. */
  index: number
}

interface Walk {
  /** Where each page that is known ends, from the beginning of the first. */
  ends: Cursor[]
  /** The number of the last page, once it is known. */
  last?: number
  turn: Promise<unknown>
}

/** Slices, one behind the other, without any record of the log that is asked for: the operator's alone could come for ever. */
const mostWithout = 1000

/** Of pages that are kept in memory: one, and all. */
const keptBytes = { each: 1024 * 1024, all: 16 * 1024 * 1024 }

export function momentOf(api: WargApi, logLength: number): Moment {
  const walks = new Map<string, Walk>()
  const kept = new Map<string, Uint8Array>()
  let room = keptBytes.all
  /** As far as the operator's log came along with others: it does, each time, from where it is said to go on. */
  let operator: Cursor = { index: -1 }

  async function fetch(
    subject: string,
    from: Cursor,
    { token }: Cursor,
    limit: number,
    signal: AbortSignal,
  ): Promise<Fetched> {
    const isOperator = subject === operatorSubject
    const behind = from.token === undefined ? {} : { token: from.token }
    const log = isOperator ? {} : { log: { id: logIdOf(subject), ...behind } }
    try {
      return await api.logs({ logLength, limit, ...(token === undefined ? {} : { operator: token }), ...log }, signal)
    } catch (thrown) {
      if (from.token !== undefined || !isUnknown(thrown, 'log', logIdOf(subject))) throw thrown
      return { more: false, operator: [], packages: new Map() }
    }
  }

  async function gather(subject: string, walk: Walk, number: number, signal: AbortSignal) {
    const name = pageName(subject, number)
    const isOperator = subject === operatorSubject
    const records: LoggedRecord[] = []
    let end = walk.ends[number - 1] ?? { index: -1 }
    let isMore = true
    let size = 0
    let without = 0
    while (isMore && records.length < pageLength) {
      const from = isOperator ? end : operator
      const fetched = await fetch(subject, end, from, pageLength - records.length, signal)
      const mine = isOperator ? fetched.operator : (fetched.packages.get(logIdOf(subject)) ?? [])
      end = behind(mine, end, name)
      const beside = isOperator ? end : behind(fetched.operator, from, pageName(operatorSubject, 1))
      if (beside.index > operator.index) operator = beside
      for (const { contents, signature } of mine) size += contents.length + signature.length
      checkSize(name, size, maxBytes.page)
      records.push(...mine)
      isMore = fetched.more
      if (isMore && mine.length === 0 && fetched.operator.length === 0) throw goesOnForEver(name)
      without = mine.length === 0 ? without + 1 : 0
      if (isMore && without >= mostWithout) throw onlyOthers(name)
    }
    if (!isMore) walk.last = records.length === 0 ? number - 1 : number
    if (records.length === pageLength) walk.ends[number] = end
    return records.length === 0 ? undefined : keep(name, pageBytes(records))
  }

  function behind(records: readonly FetchedRecord[], from: Cursor, name: string): Cursor {
    let { index } = from
    for (const { registryIndex } of records) {
      if (registryIndex >= logLength) throw badPlace(name, registryIndex, `in a registry of ${logLength} records`)
      if (registryIndex <= index) throw badPlace(name, registryIndex, `behind the one at ${index}`)
      index = registryIndex
    }
    const last = records.at(-1)
    return last === undefined ? from : { token: last.fetchToken, index }
  }

  function keep(name: string, bytes: Uint8Array): Uint8Array {
    if (kept.has(name) || bytes.length > keptBytes.each || bytes.length > room) return bytes
    room -= bytes.length
    kept.set(name, bytes)
    return bytes
  }

  async function find(subject: string, walk: Walk, number: number, signal: AbortSignal) {
    while (walk.ends.length < number && walk.last === undefined) await gather(subject, walk, walk.ends.length, signal)
    if (walk.last !== undefined && number > walk.last) return undefined
    return kept.get(pageName(subject, number)) ?? gather(subject, walk, number, signal)
  }

  return {
    page: (subject, number, signal) => {
      const walk = walks.get(subject) ?? { ends: [{ index: -1 }], turn: Promise.resolve() }
      walks.set(subject, walk)
      // One after the other: a page is found from where the one before it ends.
      const found = walk.turn.then(() => find(subject, walk, number, signal))
      walk.turn = found.catch(() => undefined)
      return found
    },
  }
}

function badPlace(name: string, index: number, why: string): AppError {
  return fault('bad-answer', 'format/malformed', `the registry gives a record at ${index} ${why}, for ${name}`, {
    hint: 'look again; if it stays so, do not use this registry until its operator has explained it',
  })
}

function onlyOthers(name: string): AppError {
  const message = `the registry says that there is more of ${name}, and gave none of it ${mostWithout} times`
  return fault('bad-answer', 'format/malformed', message, {
    hint: 'look again; if it stays so, tell whoever runs the registry',
  })
}

function goesOnForEver(name: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the registry says that there is more of ${name}, and gives nothing`,
    hint: 'look again; if it stays so, tell whoever runs the registry',
  })
}

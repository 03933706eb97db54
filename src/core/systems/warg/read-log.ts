// One log of a registry, page by page: records in their places, each verified, and no more of them held than a page.
import type { Context } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import { fault } from './fault.ts'
import { kindOf, logIdOf, maxBytes, pageLength, pageName } from './files.ts'
import { type LogKind, recordIdOf } from './ids.ts'
import { type Machine, type VerifiedRecord, verifyLog } from './log.ts'
import { LogState } from './log-state.ts'
import { type LoggedRecord, parsePage } from './wire.ts'

/** How long a log was, and its newest record then. */
export interface RememberedHead {
  length: number
  id: string
}

export interface ReadLog {
  subject: string
  logId: string
  state: LogState
  /** Of its newest record, from 0; absent where there is none. */
  registryIndex?: number
  /** Whether it goes on from what was remembered; absent where nothing was. */
  goesOn?: boolean
}

export interface LogQuestion {
  /** Of the registry's whole log: no record has a place beyond it. */
  logLength: number
  remembered?: RememberedHead
  /** Told of each record; then nothing is taken from what was verified before. */
  see?: (record: VerifiedRecord) => void
  machine?: Machine | undefined
}

/** What came of a page that was verified as it followed another. */
interface Page {
  from: LogState | undefined
  state: LogState
  first: number
  last: number
}

export async function readLog(
  subject: string,
  source: Transport,
  { signal, parsed = new WeakMap() }: Pick<Context, 'signal' | 'parsed'>,
  { logLength, remembered, see, machine }: LogQuestion,
): Promise<ReadLog> {
  const kind = kindOf(subject)
  let state: LogState | undefined
  let last = -1
  let goesOn: boolean | undefined
  for (let page = 1; ; page++) {
    signal.throwIfAborted()
    const name = pageName(subject, page)
    const bytes = await source.read(name, maxBytes.page, signal)
    if (bytes === undefined) break
    const records = await verified(bytes, name)
    // Which record of this page a head of before is, its bytes tell: it was verified where it stands.
    const at = (remembered?.length ?? 0) - 1 - (page - 1) * pageLength
    if (remembered !== undefined && at >= 0 && at < pageLength) {
      const there = (records.list ?? parsePage(bytes, name))[at]
      if (there !== undefined) goesOn = recordIdOf(kind, there.contents) === remembered.id
    }
    if (records.count < pageLength) break
  }
  return {
    subject,
    logId: logIdOf(subject),
    state: state ?? new LogState(kind),
    ...(last < 0 ? {} : { registryIndex: last }),
    ...(remembered === undefined ? {} : { goesOn: goesOn ?? false }),
  }

  async function verified(bytes: Uint8Array, name: string): Promise<{ count: number; list?: LoggedRecord[] }> {
    const before = state
    const known = see === undefined ? knownPage(parsed.get(bytes), kind, before) : undefined
    if (known !== undefined && known.first > last) {
      checkEnd(known.last, logLength, name)
      const count = known.state.length - (before?.length ?? 0)
      ;[state, last] = [known.state, known.last]
      return { count }
    }
    const list = parsePage(bytes, name)
    if (list.length === 0) throw fault('page-gap', 'format/malformed', `${name} holds no record`)
    const first = list[0]?.registryIndex ?? 0
    last = placesOf(list, last, name)
    checkEnd(last, logLength, name)
    state = await verifyLog(kind, list, {
      ...(before === undefined ? {} : { from: before }),
      ...(see === undefined ? {} : { see }),
      ...machine,
    })
    const kept: Page = { from: before, state, first, last }
    parsed.set(bytes, kept)
    return { count: list.length, list }
  }
}

/** The bytes are the same, and they follow what they followed then. */
function knownPage(kept: object | undefined, kind: LogKind, from: LogState | undefined): Page | undefined {
  if (kept === undefined || !isPage(kept)) return undefined
  return kept.from === from && kept.state.kind === kind ? kept : undefined
}

function isPage(kept: object): kept is Page {
  return 'state' in kept && kept.state instanceof LogState && 'first' in kept
}

/** In the order in which the registry took them; answers the last. */
function placesOf(records: readonly LoggedRecord[], before: number, name: string): number {
  let last = before
  for (const { registryIndex } of records) {
    if (registryIndex <= last) {
      throw fault(
        'place-backwards',
        'trust/changed',
        `${name} has a record in place ${registryIndex} after one in place ${last}`,
      )
    }
    last = registryIndex
  }
  return last
}

function checkEnd(last: number, logLength: number, name: string): void {
  if (last < logLength) return
  throw fault(
    'record-beyond-checkpoint',
    'trust/changed',
    `${name} has a record in place ${last} of the registry’s log, of which its checkpoint covers ${logLength}`,
  )
}

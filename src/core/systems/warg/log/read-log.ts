// One log of a registry, page by page: records in their places, each verified, and no more of them held than a page.
import type { Context } from '../../../system.ts'
import type { Transport } from '../../../transport.ts'
import { type LoggedRecord, parsePage } from '../encoding/wire.ts'
import { fault } from '../fault.ts'
import { kindOf, logIdOf, maxBytes, pageLength, pageName } from '../files.ts'
import { type Machine, type VerifiedRecord, verifyLog } from './log.ts'
import { LogState } from './log-state.ts'

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
  /** The number of the record that was looked for, from 1. */
  found?: number
  /** Whether it goes on from what was remembered; absent where nothing was. */
  goesOn?: boolean
}

export interface LogQuestion {
  /** Of the registry's whole log: no record has a place beyond it. */
  logLength: number
  remembered?: RememberedHead
  /** The id of a record that may be in it. */
  find?: string | undefined
  /** Told of each record. */
  see?: (record: VerifiedRecord) => void
  machine?: Machine | undefined
}

export async function readLog(
  subject: string,
  source: Transport,
  { signal }: Pick<Context, 'signal'>,
  { logLength, remembered, find, see = () => undefined, machine }: LogQuestion,
): Promise<ReadLog> {
  const kind = kindOf(subject)
  let state = new LogState(kind)
  let last = -1
  let goesOn: boolean | undefined
  let found: number | undefined
  const look = (verified: VerifiedRecord): void => {
    const { number, record } = verified
    if (number === remembered?.length) goesOn = record.id === remembered.id
    if (record.id === find) found = number
    see(verified)
  }
  for (let page = 1; ; page++) {
    signal.throwIfAborted()
    const name = pageName(subject, page)
    const bytes = await source.read(name, maxBytes.page, signal)
    if (bytes === undefined) break
    const records = parsePage(bytes, name)
    if (records.length === 0) throw fault('page-gap', 'format/malformed', `${name} holds no record`)
    last = placesOf(records, last, name)
    checkEnd(last, logLength, name)
    state = await verifyLog(kind, records, { from: state, see: look, ...machine })
    if (records.length < pageLength) break
  }
  return {
    ...{ subject, logId: logIdOf(subject), state },
    ...(last < 0 ? {} : { registryIndex: last }),
    ...(found === undefined ? {} : { found }),
    ...(remembered === undefined ? {} : { goesOn: goesOn ?? false }),
  }
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

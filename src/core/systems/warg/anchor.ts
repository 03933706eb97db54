// What a person pins of a registry: the record that begins its operator's log, as received. All else is verified from it.

import { parseSigned } from './encoding/wire.ts'
import { fault } from './fault.ts'
import { verifyLog } from './log/log.ts'
import type { LogState } from './log/log-state.ts'

export interface OperatorAnchor {
  /** Of the record. */
  id: string
  /** The operator's log when it held nothing else. */
  state: LogState
}

export async function parseOperatorAnchor(bytes: Uint8Array, what: string): Promise<OperatorAnchor> {
  const state = await verifyLog('operator', [parseSigned(bytes, what)])
  const { initId } = state
  if (initId === undefined) throw fault('not-init-first', 'trust/changed', `${what} does not begin an operator’s log`)
  return { id: initId, state }
}

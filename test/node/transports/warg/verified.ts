import { AppError } from '../../../../src/core/error.ts'
import { parseCheckpoint, verifyCheckpoint } from '../../../../src/core/systems/warg/checkpoint.ts'
import {
  checkpointName,
  inclusionName,
  kindOf,
  logIdOf,
  maxBytes,
  operatorSubject,
  pageName,
} from '../../../../src/core/systems/warg/files.ts'
import { verifyLog } from '../../../../src/core/systems/warg/log.ts'
import { parseLogProof, verifyIncluded } from '../../../../src/core/systems/warg/log-proof.ts'
import { parseMapProofs, verifyMapped } from '../../../../src/core/systems/warg/map-proof.ts'
import { type LoggedRecord, parseInclusion, parsePage } from '../../../../src/core/systems/warg/wire.ts'
import type { Transport } from '../../../../src/core/transport.ts'
import { never } from '../../../support/repository.ts'
import type { Stage } from './stage.ts'

export const checkpoint = async (source: Transport) => {
  const bytes = await source.read(checkpointName, maxBytes.checkpoint, never)
  return parseCheckpoint(bytes ?? new Uint8Array())
}

export async function page(source: Transport, subject: string, number = 1): Promise<LoggedRecord[] | undefined> {
  const bytes = await source.read(pageName(subject, number), maxBytes.page, never)
  return bytes === undefined ? undefined : parsePage(bytes, subject)
}

export const placesOf = async (source: Transport, subject: string) =>
  (await page(source, subject))?.map(({ registryIndex }) => registryIndex)

/** As core does it: everything from the operator's first record, and the newest record of each log proved. */
export async function verifyAll(source: Transport, { registry, hello, tools }: Stage): Promise<number> {
  const signed = await checkpoint(source)
  for (const subject of [operatorSubject, hello, tools]) {
    const records = (await page(source, subject)) ?? []
    const state = await verifyLog(kindOf(subject), records)
    if (subject === operatorSubject) {
      const question = { operator: state, pinned: registry.operatorInitId, now: new Date(), maxAgeSeconds: 600 }
      await verifyCheckpoint(signed, question)
    }
    const { registryIndex = -1 } = records.at(-1) ?? {}
    const name = inclusionName(signed.logLength, registryIndex)
    const bytes = (await source.read(name, maxBytes.proof, never)) ?? new Uint8Array()
    const { log, map } = parseInclusion(bytes, name)
    const head = { registryIndex, logId: logIdOf(subject), recordId: state.head?.id ?? '' }
    verifyIncluded(parseLogProof(log), signed, [head])
    verifyMapped(parseMapProofs(map), signed.mapRoot, [head])
  }
  return signed.logLength
}

export async function faultOf(promise: Promise<unknown>): Promise<unknown> {
  const thrown = await promise.then(
    () => 'ok',
    (error: unknown) => error,
  )
  return thrown instanceof AppError ? (thrown.data?.fault ?? thrown.code) : thrown
}

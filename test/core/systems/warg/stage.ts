// A registry with one package for one test, and records of it that wait.
import { expect } from 'vitest'
import type { Proposal } from '../../../../src/core/proposal.ts'
import type { Context } from '../../../../src/core/system.ts'
import { operatorSubject } from '../../../../src/core/systems/warg/files.ts'
import type { Entry } from '../../../../src/core/systems/warg/log/record.ts'
import { openRegistry } from '../../../../src/core/systems/warg/registry.ts'
import { wargSystem } from '../../../../src/core/systems/warg/system.ts'
import type { Approvers } from '../../../../src/core/systems/warg/waiting/candidate.ts'
import { nextRecord } from '../../../../src/core/systems/warg/waiting/edit.ts'
import type { Transport } from '../../../../src/core/transport.ts'
import { contextOf, folderOf, historyOf, now } from '../../../support/warg/folder.ts'
import type { History } from '../../../support/warg/history.ts'
import { person } from '../../../support/warg/keys.ts'
import { content } from '../../../support/warg/records.ts'

export const http = 'wasi:http'
export const [op, ana, bo, cy, eve] = [person('op'), person('ana'), person('bo'), person('cy'), person('eve')]

/** As a machine was told. */
export const agreed = (one: Approvers) => ({ agreed: async () => new Map([[http, [one]]]) })

export const release = (version: string): Entry => ({ kind: 'release', version, digest: content })

/** With one package, of Ana’s, in which Bo may release and did. */
export async function scene(): Promise<History> {
  const made = await historyOf(op)
  await made.publish(http, ana, [
    { kind: 'init', key: ana },
    { kind: 'grant', key: bo, permissions: ['release'] },
  ])
  await made.publish(http, bo, [release('1.0.0')])
  return made
}

export async function record(
  made: History,
  source: Transport,
  entries: readonly Entry[],
  subject = http,
): Promise<Uint8Array> {
  const registry = await openRegistry(source, contextOf(made))
  const log = subject === operatorSubject ? registry.operator : await registry.log(subject)
  return nextRecord(log.state, entries, now)
}

export async function propose(made: History, entries: readonly Entry[], options = {}, subject = http) {
  const source = folderOf(made)
  const system = wargSystem(options)
  const document = await record(made, source, entries, subject)
  const files = await system.draft({ subject, document }, source, contextOf(made))
  await source.write(files, new Map(), 'propose', new AbortController().signal)
  const { proposals, problems } = await system.pending(source, contextOf(made))
  expect(problems).toEqual([])
  const [proposal] = proposals
  if (proposal === undefined) throw new Error('nothing waits')
  return { source, system, proposal }
}

export const again = async (
  system: ReturnType<typeof wargSystem>,
  source: Transport,
  context: Context,
): Promise<Proposal> => {
  const [proposal] = (await system.pending(source, context)).proposals
  if (proposal === undefined) throw new Error('nothing waits')
  return proposal
}

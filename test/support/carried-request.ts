// Requests as somebody exports them: a repository in memory, a change that waits, and everything that belongs to it.

import { toHex } from '../../src/core/bytes.ts'
import { fingerprintOf } from '../../src/core/key.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { unsignedRoot } from '../../src/core/systems/tuf/create.ts'
import type { SubjectEdit } from '../../src/core/systems/tuf/edit/edit.ts'
import { carriedLayout } from '../../src/core/systems/tuf/layouts/carried.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { requestBytes, type TransferRequest } from '../../src/core/transfer/request.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { type Office, openOffice } from './office.ts'
import { holder, never, now } from './repository.ts'

export interface CarriedChange {
  office: Office
  proposal: Proposal
  request: TransferRequest
  bytes: Uint8Array<ArrayBuffer>
}

/** What waits for `subject`, as a request of today's root. */
export async function carriedChange(
  office: Office,
  subject: string,
  words: Partial<TransferRequest> = {},
): Promise<CarriedChange> {
  const { source, context, holders } = office.repository
  const proposal = await office.pending(subject)
  const carried = await tufSystem(plainLayout).carry(proposal, source, context)
  const [first] = holders
  const known = first === undefined ? [] : [[toHex(fingerprintOf(first.signer.key)), 'Ana at the north desk'] as const]
  const request: TransferRequest = {
    system: 'tuf',
    repository: 'Observatory Tools',
    subject,
    digest: proposal.digest,
    ...carried,
    askedBy: 'Ben Ortiz',
    reason: 'Dana takes over from Ana, ticket 4711',
    madeAt: '2026-03-01T09:30:00Z',
    holders: new Map(known),
    ...words,
  }
  return { office, proposal, request, bytes: requestBytes(request, carriedForms) }
}

/** Root needs fewer signatures, one holder is replaced, one has signed. */
export async function dangerousChange(words: Partial<TransferRequest> = {}): Promise<CarriedChange> {
  const office = await openOffice(['Ana Ruiz', 'Ben Ortiz', 'Cleo Marsh'], 3)
  const { source, context } = office.repository
  const { roles } = await tufSystem(plainLayout).state(source, context)
  const keys = roles.find(({ name }) => name === 'root')?.quorum.keys ?? []
  const keyId = keys.find(({ owner }) => owner === 'Ana Ruiz')?.ids[0] ?? ''
  const edits: SubjectEdit[] = [
    { kind: 'key-replace', role: 'root', keyId, entry: await office.entry('Dana Lund') },
    { kind: 'threshold', role: 'root', threshold: 2 },
  ]
  await office.propose('root', ...edits)
  await office.sign('root', 'Ben Ortiz')
  return carriedChange(office, 'root', words)
}

/** The first root of a repository that is to be; nobody has signed it. */
export async function firstChange(): Promise<Uint8Array> {
  const people = { holders: [await holder('Ana Ruiz'), await holder('Ben Ortiz')], threshold: 2, expiryDays: 365 }
  const machine = { holders: [await holder('Online')], threshold: 1, expiryDays: 7 }
  const root = unsignedRoot({ root: people, targets: people, snapshot: machine, timestamp: machine }, { now })
  const source = memoryTransport(new Map([[carriedLayout.candidateName('root'), root]]))
  const context = { anchor: new Uint8Array(), now, signal: never }
  const system = tufSystem(carriedLayout)
  const [proposal] = (await system.pending(source, context)).proposals
  if (proposal === undefined) throw new Error('the first root does not wait')
  return requestBytes(
    {
      ...{ system: 'tuf', repository: 'Observatory Tools', subject: 'root', digest: proposal.digest },
      ...(await system.carry(proposal, source, context)),
      ...{ askedBy: 'Ben Ortiz', reason: 'it begins', madeAt: '2026-03-01T09:30:00Z', holders: new Map() },
    },
    carriedForms,
  )
}

/** As many new artifacts, in targets. */
export async function manyArtifacts(count: number): Promise<CarriedChange> {
  const office = await openOffice()
  const hashes = { sha256: 'ab'.repeat(32) }
  const edits = Array.from({ length: count }, (_, at): SubjectEdit => {
    return { kind: 'target-set', path: `tool-${at}.tar.gz`, length: at + 1, hashes, replace: false }
  })
  await office.propose('targets', ...edits)
  return carriedChange(office, 'targets')
}

// The same document proposed again: whatever stands under a key id in what waits, a signature that counts comes in and stays.
import { beforeEach, describe, expect, test } from 'vitest'
import { toHex } from '../../../../src/core/bytes.ts'
import type { Proposal } from '../../../../src/core/proposal.ts'
import type { Edit } from '../../../../src/core/system.ts'
import { parseEnvelope } from '../../../../src/core/systems/tuf/envelope.ts'
import { plainLayout } from '../../../../src/core/systems/tuf/layouts/plain.ts'
import { insertSignature } from '../../../../src/core/systems/tuf/signature-slot.ts'
import { newSignatures, withSignatures } from '../../../../src/core/systems/tuf/signatures.ts'
import { tufSystem } from '../../../../src/core/systems/tuf/system.ts'
import { type Office, openOffice } from '../../../support/office.ts'
import { never } from '../../../support/repository.ts'
import { idsOf } from '../../../support/team.ts'

const subject = 'targets'
const name = plainLayout.candidateName(subject)
const garbage = 'ab'.repeat(64)

let office: Office
let unsigned: Uint8Array

beforeEach(async () => {
  office = await openOffice()
  await office.propose(subject, { kind: 'expires', date: '2027-01-01T00:00:00Z' })
  unsigned = office.repository.source.files.get(name) ?? new Uint8Array()
})

const idOf = async (person: string): Promise<string> =>
  idsOf(await office.pending(subject), await office.person(person))[0] ?? ''

async function signature(person: string): Promise<{ keyid: string; sig: string }> {
  const { payload } = await office.pending(subject)
  return { keyid: await idOf(person), sig: toHex(await (await office.person(person)).sign(payload, never)) }
}

async function holding(...signatures: readonly { keyid: string; sig: string }[]): Promise<Uint8Array> {
  return signatures.reduce((bytes, { keyid, sig }) => insertSignature(bytes, keyid, sig), unsigned)
}

/** What waits, and the same document with other signatures proposed on top of it. */
async function proposedOver(waiting: Uint8Array, document: Uint8Array): Promise<Proposal> {
  const { source, context } = office.repository
  await source.write(new Map([[name, waiting]]), new Map(), '', never)
  const edit: Edit = { subject, document }
  await source.write(await tufSystem(plainLayout).draft(edit, source, context), new Map(), '', never)
  return office.pending(subject)
}

const signers = ({ quorums }: Proposal): string[] =>
  quorums.flatMap(({ keys }) => keys.flatMap(({ owner, signed }) => (signed ? (owner ?? '') : [])))

describe('proposed again', () => {
  test('a signature that counts takes the place of garbage under its key id', async () => {
    const [ana, ben] = [await signature('Ana'), await signature('Ben')]
    const waiting = await holding({ ...ana, sig: garbage }, ben)
    expect(signers(await proposedOver(waiting, await holding(ana)))).toEqual(['Ana', 'Ben'])
  })

  test('garbage takes the place of nothing that counts', async () => {
    const ana = await signature('Ana')
    const result = await proposedOver(
      await holding(ana),
      await holding({ ...ana, sig: garbage }, await signature('Ben')),
    )
    expect(signers(result)).toEqual(['Ana', 'Ben'])
  })

  test('one that nobody here can verify is kept, and gives way to nothing', async () => {
    const stranger = { keyid: 'ff'.repeat(32), sig: garbage }
    const { after } = await proposedOver(await holding(await signature('Ana')), await holding(stranger))
    expect(parseEnvelope(after, 'result').signatures).toContainEqual(stranger)
    const again = await proposedOver(after, await holding({ ...stranger, sig: 'cd'.repeat(64) }))
    expect(parseEnvelope(again.after, 'result').signatures).toContainEqual(stranger)
    expect(signers(again)).toEqual(['Ana'])
  })
})

test('where only what counts is taken, the rest is left out, and keys are told', async () => {
  const { quorums } = await office.pending(subject)
  const [ana, ben] = [await signature('Ana'), await signature('Ben')]
  const there = parseEnvelope(await holding({ ...ana, sig: garbage }), 'there')
  const incoming = [{ ...ben, sig: garbage }, { keyid: 'ff'.repeat(32), sig: garbage }, { ...ben, sig: '' }, ana]
  const { bytes, keys } = await withSignatures(there, quorums, incoming, 'leave')
  expect(parseEnvelope(bytes, 'result').signatures).toEqual([ana])
  expect(keys).toEqual([(await office.person('Ana')).key])
})

test('new is what was not there under its key id, and is no empty slot', () => {
  const of = (...entries: string[]) => entries.map((entry) => ({ keyid: entry.slice(0, 1), sig: entry.slice(1) }))
  expect(newSignatures(of('a1', 'b2', 'c', 'd4'), of('a1', 'b3', 'c3', 'd'))).toEqual(of('b2', 'd4'))
})

// A ceremony about a change that is one: a request as it is carried, signatures over its bytes, the document that came of it.

import { toHex } from '../../src/core/bytes.ts'
import { type CeremonyRecord, recordBytes } from '../../src/core/ceremony/record.ts'
import { sha256 } from '../../src/core/crypto.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { replyBytes } from '../../src/core/transfer/reply.ts'
import { type CarriedChange, carriedChange } from './carried-request.ts'
import { type Cast, castOf, change, goodRun, recordOf, type Said } from './ceremony.ts'
import { openOffice } from './office.ts'
import { never } from './repository.ts'
import { editsOf } from './run-edits.ts'

export interface RealCeremony {
  cast: Cast
  carried: CarriedChange
  run: Said[]
  record: CeremonyRecord
  bytes: Uint8Array
  request: Uint8Array
  /** Root as it is when all have signed. */
  document: Uint8Array
  reply: Uint8Array
}

export async function realCeremony(): Promise<RealCeremony> {
  const office = await openOffice(['Ana', 'Ben', 'Cleo'])
  const { source, context } = office.repository
  await office.propose('root', { kind: 'expires', date: '2027-10-01T00:00:00Z' })
  const carried = await carriedChange(office, 'root')
  const request = carried.bytes
  const { anchor } = await tufSystem(plainLayout).state(source, context)
  const people = new Map(
    await Promise.all(['Ana', 'Ben', 'Cleo'].map(async (n) => [n, await office.person(n)] as const)),
  )
  const cast = await castOf({ anchor: { title: anchor.title, digest: anchor.digest } }, people)
  const signed = await office.sign('root', 'Ana', 'Ben')
  const { digest } = carried.proposal
  const given = await signatures(cast, carried.proposal)
  const reply = replyBytes(
    {
      ...{ system: 'tuf', subject: 'root', digest, request: toHex(await sha256(request)), secondScreen: 'compared' },
      signatures: given.map(({ id, value }) => ({ key: id, signature: value })),
    },
    carriedForms,
  )
  const real = await Promise.all(
    goodRun(cast).map(async (one): Promise<Said> => {
      const fact = one.fact.digest === change ? { ...one.fact, digest } : one.fact
      const own = given.find(({ name }) => name === one.actor)
      if (one.kind === 'signed' && own !== undefined)
        return { ...one, fact: { ...fact, keyId: own.id, signature: toHex(own.value) } }
      if (one.kind === 'received')
        return { ...one, fact: { ...fact, request: toHex(await sha256(request)), anchor: anchor.digest } }
      if (one.kind !== 'proved') return { ...one, fact }
      return {
        ...one,
        fact: { ...fact, quorums: signed.quorums.map(({ name, threshold }) => ({ name, threshold, signed: 2 })) },
      }
    }),
  )
  const { before, at } = editsOf(real)
  const run = before(at('closed'), await exported('2.root.json', signed.after), await exported('reply.json', reply))
  const record = await recordOf(cast, run)
  return { cast, carried, run, record, bytes: recordBytes(record), request, document: signed.after, reply }
}

export async function exported(name: string, bytes: Uint8Array): Promise<Said> {
  return { kind: 'exported', fact: { name, digest: toHex(await sha256(bytes)), bytes: bytes.length } }
}

async function signatures({ signers }: Cast, { payload, quorums }: Proposal) {
  return Promise.all(
    ['Ana', 'Ben'].map(async (name) => {
      const signer = signers.get(name)
      const entry = quorums[0]?.keys.find(({ owner }) => owner === name)
      if (signer === undefined || entry === undefined) throw new Error(`nobody is ${name}`)
      return { name, id: entry.ids[0] ?? '', value: await signer.sign(payload, never) }
    }),
  )
}

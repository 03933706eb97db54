// People with P-256 keys, and records as they sign them. Alice and Bob have the keys of the reference's own tests.
import { createSoftwareKey, type SoftwareKey, signWithSecret } from '../../../../src/core/software-key.ts'
import type { Envelope } from '../../../../src/core/systems/warg/envelope.ts'
import { type LogKind, recordIdOf, signedRecord } from '../../../../src/core/systems/warg/ids.ts'
import { parseWargKey, signatureText, type WargKey, wargKey } from '../../../../src/core/systems/warg/key.ts'
import { type Entry, encodeRecord, type RecordDraft } from '../../../../src/core/systems/warg/record.ts'

export interface Person extends WargKey {
  secret: Uint8Array
}

export async function person(): Promise<Person> {
  const made: SoftwareKey = await createSoftwareKey('ecdsa-p256-sha256')
  return { ...wargKey(made.key), secret: made.secret }
}

export const aliceKey = parseWargKey('ecdsa-p256:A1OfZz5Y9Ny7VKPVwroCTQPAr9tmlI4U/UTYHZHA87AF', 'alice')
export const bobKey = parseWargKey('ecdsa-p256:A5qc6uBi070EBb4GihGzpx6Cm5+oZnv4dWpBhhuZVagu', 'bob')

/** The time of the reference's own tests. */
export const moment = { seconds: 1_671_221_120, nanos: 153_436_500 }
export const content = 'sha256:7d38b5cd25a2baf85ad3bb5b9311383e671a8a142eb302b324d4a5fba8748c69'

export async function signedBy(who: Person, kind: LogKind, contents: Uint8Array): Promise<Envelope> {
  const der = await signWithSecret(who.key, who.secret, signedRecord(kind, contents))
  return { contents, keyId: who.id, signature: signatureText(der) }
}

/** Records that each follow the one before, unless told otherwise. */
export async function chained(
  kind: LogKind,
  ...records: readonly [Person, readonly Entry[], Partial<RecordDraft>?][]
): Promise<Envelope[]> {
  const envelopes: Envelope[] = []
  let prev: string | undefined
  for (const [who, entries, other] of records) {
    const contents = encodeRecord(kind, { ...(prev === undefined ? {} : { prev }), time: moment, entries, ...other })
    envelopes.push(await signedBy(who, kind, contents))
    prev = recordIdOf(kind, contents)
  }
  return envelopes
}

// Records as people sign them, alone or each behind the one before.
import type { Envelope } from '../../../src/core/systems/warg/encoding/envelope.ts'
import { type LogKind, recordIdOf, signedRecord } from '../../../src/core/systems/warg/encoding/ids.ts'
import { signatureText } from '../../../src/core/systems/warg/encoding/key.ts'
import { type Entry, encodeRecord, type RecordDraft } from '../../../src/core/systems/warg/log/record.ts'
import type { Person } from './keys.ts'

/** The time of the reference's own tests. */
export const moment = { seconds: 1_671_221_120, nanos: 153_436_500 }
export const content = 'sha256:7d38b5cd25a2baf85ad3bb5b9311383e671a8a142eb302b324d4a5fba8748c69'

export function signedBy(who: Person, kind: LogKind, contents: Uint8Array): Envelope {
  return { contents, keyId: who.id, signature: signatureText(who.sign(signedRecord(kind, contents))) }
}

/** Records that each follow the one before, unless told otherwise. */
export function chained(
  kind: LogKind,
  ...records: readonly [Person, readonly Entry[], Partial<RecordDraft>?][]
): Envelope[] {
  const envelopes: Envelope[] = []
  let prev: string | undefined
  for (const [who, entries, other] of records) {
    const contents = encodeRecord(kind, { ...(prev === undefined ? {} : { prev }), time: moment, entries, ...other })
    envelopes.push(signedBy(who, kind, contents))
    prev = recordIdOf(kind, contents)
  }
  return envelopes
}

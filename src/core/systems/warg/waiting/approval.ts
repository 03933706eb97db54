// What an approver signs: that this record may go into that log of that registry. A record names neither; an approval does.
import { concatBytes, utf8 } from '../../../bytes.ts'
import { recordIdOf } from '../encoding/ids.ts'
import { varint } from '../encoding/protobuf.ts'
import { kindOf, logIdOf } from '../files.ts'
import type { Candidate } from './candidate.ts'

export function approvalMessage({
  registry,
  subject,
  contents,
}: Pick<Candidate, 'registry' | 'subject' | 'contents'>): Uint8Array<ArrayBuffer> {
  const sized = (text: string): Uint8Array => concatBytes(varint(text.length), utf8(text))
  return concatBytes(
    utf8('COUNTERSIGN-WARG-APPROVAL-V1:'),
    sized(registry),
    sized(logIdOf(subject)),
    sized(recordIdOf(kindOf(subject), contents)),
  )
}

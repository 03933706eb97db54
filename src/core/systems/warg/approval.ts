// What an approver signs: that this record may go into that log. A record does not name its package; an approval does.
import { concatBytes, utf8 } from '../../bytes.ts'
import { kindOf, logIdOf } from './files.ts'
import { recordIdOf } from './ids.ts'
import { varint } from './protobuf.ts'

export function approvalMessage(subject: string, contents: Uint8Array): Uint8Array<ArrayBuffer> {
  const sized = (text: string): Uint8Array => concatBytes(varint(text.length), utf8(text))
  return concatBytes(
    utf8('COUNTERSIGN-WARG-APPROVAL-V1:'),
    sized(logIdOf(subject)),
    sized(recordIdOf(kindOf(subject), contents)),
  )
}

// Time stamps of a record: the request that is carried to an authority, and its answer, taken into the record.
import { randomBytes } from 'node:crypto'
import { concatBytes, isEqualBytes, utf8 } from '../../../core/bytes.ts'
import { fingerprintOf, parseRecord, proofLine, signedMessage } from '../../../core/ceremony/record.ts'
import { AppError } from '../../../core/error.ts'
import { stampRequest, tokenIn } from '../../../core/time-stamp/request.ts'
import { verifyTimeStamp } from '../../../core/time-stamp/verify.ts'
import { inQuotes } from '../../../core/visible.ts'
import { writeNewFile } from '../../../node/new-file.ts'
import { replaceFile } from '../../../node/replaced-file.ts'
import { type Answer, answer, type Io, type Parsed } from '../../command.ts'
import { readInput } from '../../input.ts'

const maxRecordBytes = 128 * 1024 * 1024
/** In base64 it fits the line of a record. */
const maxTokenBytes = 48 * 1024

export async function stampCommand(file: string, parsed: Parsed, io: Io): Promise<Answer> {
  const request = parsed.text('request')
  const token = parsed.text('token')
  if ((request === undefined) === (token === undefined) || file === '-')
    throw usage(
      'a record in a file is stamped in two steps',
      'give --request OUT.tsq first, and --token FILE.tsr when it has come',
    )
  const bytes = await readInput(file, maxRecordBytes, io.signal)
  const record = await parseRecord(bytes, file)
  const fingerprint = fingerprintOf(record)
  if (fingerprint === undefined)
    throw usage(`${file} was not closed: it has no fingerprint`, 'stamp a record that is complete')
  const message = signedMessage(fingerprint)
  if (request !== undefined) return writeRequest(request, message, fingerprint)
  const answered = await readInput(token ?? '', maxTokenBytes, io.signal)
  const stamp = tokenIn(answered, token ?? '')
  const { at, authority } = await verifyTimeStamp(stamp, message, token ?? '')
  const said = `${at.toISOString()}, by ${inQuotes(authority)}`
  const data = { file, at: at.toISOString(), authority, fingerprint }
  if (record.proofs.some((one) => isEqualBytes(one.token, stamp)))
    return answer({ ...data, added: false }, `${file} holds this time stamp already: ${said}`)
  await replaceFile(file, bytes, concatBytes(bytes, proofLine({ token: stamp }), utf8('\n')))
  return answer(
    { ...data, added: true },
    `${file}: a time stamp was added, of ${said}`,
    'Its fingerprint is the same. Whether that is an authority is for whoever trusts it to say: verify with --authority.',
  )
}

async function writeRequest(file: string, message: Uint8Array, fingerprint: string): Promise<Answer> {
  await writeNewFile(file, await stampRequest(message, randomBytes(8)))
  return answer(
    { file, fingerprint },
    `${file}: a request for a time stamp over ${fingerprint}`,
    'It tells the authority a hash and nothing else. Bring what comes back with --token.',
  )
}

function usage(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}

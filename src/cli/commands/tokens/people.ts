// tokens enroll, forget: whose key is on which token.
import { AppError } from '../../../core/error.ts'
import { isSameKey } from '../../../core/key.ts'
import type { Token, TokenSlot } from '../../../core/token.ts'
import { attestedSentence } from '../../../node/enrolled.ts'
import type { Holder } from '../../../node/enrolled-file.ts'
import { type Answer, answer } from '../../command.ts'
import { quoted, wrapped } from '../../text.ts'
import { again, type Call, pickToken, readList, slotId, slotIn } from './call.ts'
import { digestWords, enrolledData, placeWords, practiceMark, slotFacts } from './words.ts'

export async function enroll(call: Call): Promise<Answer> {
  const { desk, io, words } = call
  const [name = '', wanted = '', slotText = ''] = words
  const token = pickToken(await readList(call), wanted, (one) => slotIn(one, slotText)?.key !== undefined)
  const slot = slotIn(token, slotText)
  const holder = await desk.tokens.enroll(name, token.id, slotId(token, slotText), io.signal)
  const entry = holder.keys.find(({ key }) => slot?.key !== undefined && isSameKey(key, slot.key))
  if (slot === undefined || entry === undefined) {
    throw new AppError({ code: 'internal/bug', message: 'the enrolled key is not the one in the slot' })
  }
  return answer(
    { name: holder.name, key: enrolledData(entry), keys: holder.keys.length },
    ...wrapped([
      `enrolled ${placeWords(token, slot.id)} for ${holder.name}`,
      `  ${attestedSentence(entry)}${entry.attestation === undefined ? whyNoProof(token, slot) : ''}`,
      `  ${slotFacts(slot)}; ${digestWords(entry.key)}${practiceMark(token.rehearsal)}`,
      ...token.advisories.map((line) => `  ! ${line}`),
    ]),
    ...spareLines(call, token, holder),
  )
}

function whyNoProof({ kind, rehearsal }: Token, { origin }: TokenSlot): string {
  if (rehearsal) return ''
  if (kind === 'fido') return '; it lies in a file here, and a FIDO2 token opens it'
  if (kind === 'pkcs11') return '; a PKCS#11 module gives no proof'
  if (origin === 'imported') return '; it was brought to the token from elsewhere'
  return '; the firmware of this token gives no proof'
}

function spareLines(call: Call, { kind }: Token, { name, keys }: Holder): string[] {
  if (kind === 'fido') {
    const [key] = keys
    return [
      'In case this token is lost, let another open the key too:',
      `  countersign tokens add-spare ${quoted(key?.slot ?? name)} TOKEN${again(call)}`,
    ]
  }
  if (keys.length > 1) {
    return [
      `${name} has ${keys.length} keys now. Each signs only where a root names it.`,
      `  countersign sign SOURCE ID --key ${quoted(name)}${again(call)}`,
    ]
  }
  return [
    'In case this token is lost, enrol a spare one, and put both keys into the root:',
    `  countersign tokens enroll ${quoted(name)} TOKEN SLOT${again(call)}`,
  ]
}

export async function forget({ desk, io, words }: Call): Promise<Answer> {
  const [name = '', signerId = ''] = words
  await desk.tokens.removeKey(name, signerId, io.signal)
  return answer(
    { name, forgotten: signerId },
    `${signerId} is no longer known as a key of ${name}; it stays on its token, and in every root that names it`,
  )
}

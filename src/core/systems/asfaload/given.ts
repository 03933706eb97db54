// Signatures that travel apart from their change: those that it holds, and one that was made elsewhere, put where it belongs. Of
// two files that are signed in one act the two signatures stand one behind the other.
import { concatBytes, utf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import type { Proposal } from '../../proposal.ts'
import type { GivenSignature } from '../../system.ts'
import type { Files } from '../../transport.ts'
import type { ToSign } from './candidate.ts'
import { materialOf, parseKeyText, type SignerKey } from './keys.ts'
import { markedBy } from './marks.ts'
import { parseAggregate, parseSignatureFiles, type SignatureEntry } from './signatures.ts'
import { type Act, actOf, placed } from './signing.ts'
import { signersSubject } from './subject.ts'

/** All that count, each under the text that its key has where the signature stands. */
export async function givenSignatures(folder: string, proposal: Proposal): Promise<GivenSignature[]> {
  const act = actOf(folder, proposal)
  const given = new Map<string, GivenSignature>()
  for (const { ids, signed } of proposal.quorums.flatMap(({ keys }) => keys)) {
    const [first] = ids
    if (!signed || first === undefined || given.has(first)) continue
    for (const text of ids) {
      const key = parseKeyText(text, 'a key')
      const signatures: Uint8Array[] = []
      for (const one of act.signed) signatures.push(...(await countingIn(one, key, act, proposal)))
      if (signatures.length !== act.signed.length) continue
      given.set(first, { key: text, signature: joined(signatures, key) })
      break
    }
  }
  return [...given.values()]
}

/** One that counts already gives way to nothing. */
export async function givenFiles(
  folder: string,
  proposal: Proposal,
  { key: text, signature }: GivenSignature,
): Promise<Files> {
  const act = actOf(folder, proposal)
  const theirs = proposal.quorums.flatMap(({ keys }) => keys).filter(({ ids }) => ids.includes(text))
  if (theirs.length === 0) throw doesNotFit(proposal)
  const key = parseKeyText(text, 'a key')
  const signatures = split(signature, key, act.signed.length)
  for (const [at, one] of act.signed.entries()) {
    const entry = { id: text, key, signature: signatures[at] ?? new Uint8Array() }
    if (!(await isCounted(entry, one, key, act, proposal))) throw doesNotFit(proposal)
  }
  return theirs.every(({ signed }) => signed) ? new Map() : placed(act, key, signatures, proposal.parts ?? new Map())
}

/** The first that counts: of the first generation two folders may hold one each. */
async function countingIn(one: ToSign, key: SignerKey, act: Act, proposal: Proposal): Promise<Uint8Array[]> {
  for (const entry of entriesOf(one, act, proposal)) {
    if (entry.id !== key.text || entry.signature === undefined) continue
    if (await isCounted(entry, one, key, act, proposal)) return [entry.signature]
  }
  return []
}

async function isCounted(
  entry: SignatureEntry,
  { bytes }: ToSign,
  key: SignerKey,
  { generation }: Act,
  { subject }: Proposal,
): Promise<boolean> {
  const judges = { keys: [key], generation, anchor: subject === signersSubject }
  const { of } = await markedBy({ bytes, signatures: [entry] }, judges)
  return of.get(materialOf(key))?.signed === true
}

function entriesOf({ signaturesName }: ToSign, { isOld }: Act, { parts = new Map() }: Proposal): SignatureEntry[] {
  if (!isOld) {
    const bytes = parts.get(signaturesName)
    return bytes === undefined ? [] : parseAggregate(bytes, signaturesName)
  }
  const below = (folder: string) =>
    [...parts].flatMap(([name, bytes]) =>
      name.startsWith(folder) ? [[name.slice(folder.length), bytes] as const] : [],
    )
  return [signaturesName, signaturesName.replace(/\.pending\/$/, '/')].flatMap((folder) =>
    parseSignatureFiles(new Map(below(folder))),
  )
}

/** Four lines end with a line break, though other tools may leave out the last one. */
function joined(signatures: readonly Uint8Array[], { form }: SignerKey): Uint8Array {
  if (form !== 'minisign' || signatures.length < 2) return concatBytes(...signatures)
  return concatBytes(...signatures.flatMap((one) => (one.at(-1) === lineBreak ? [one] : [one, utf8('\n')])))
}

const lineBreak = 10

/** A bare signature has 64 bytes; minisign's text begins anew with each line that holds an untrusted comment. */
function split(signature: Uint8Array, { form }: SignerKey, count: number): Uint8Array[] {
  if (count === 1) return [signature]
  if (form !== 'minisign') return [signature.subarray(0, 64), signature.subarray(64)]
  const second = new TextDecoder('latin1').decode(signature).indexOf('\nuntrusted comment: ') + 1
  return second === 0 ? [signature] : [signature.subarray(0, second), signature.subarray(second)]
}

function doesNotFit({ title }: Proposal): AppError {
  return new AppError({ code: 'trust/bad-signature', message: `it does not fit ${title}` })
}

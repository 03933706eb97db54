// A signature more for a proposal: made here, or elsewhere and given. One act signs every file that belongs to the decision.
import { concatBytes, isEqualBytes, utf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { contentOf } from '../../minisign/content.ts'
import { keyIdText } from '../../minisign/public-key.ts'
import { minisignSignatures, signMinisign, usualTrustedComment } from '../../minisign/sign.ts'
import { toMinisignSignatureText } from '../../minisign/signature.ts'
import type { Proposal, QuorumKey } from '../../proposal.ts'
import type { PublicKey, Signer } from '../../signer.ts'
import type { Context, GivenSignature } from '../../system.ts'
import type { Files } from '../../transport.ts'
import type { ToSign } from './candidate.ts'
import { parseKeyText, type SignerKey } from './keys.ts'
import { messageOf } from './message.ts'
import {
  metadataNames,
  oldPendingSignatures,
  oldPendingSignersName,
  oldReleaseNames,
  oldSignersName,
  pendingDirectory,
  pendingRevocation,
  pendingSignatures,
  pendingSignersName,
  signatureFileName,
  signersName,
} from './names.ts'
import {
  emptyAggregate,
  parseAggregate,
  parseSignatureFiles,
  type SignatureEntry,
  withSignature,
} from './signatures.ts'
import { type Generation, parseSignersFile } from './signers-file.ts'
import { parseSubject } from './subject.ts'

export interface Act {
  generation: Generation
  isOld: boolean
  /** By their full names. */
  signed: readonly ToSign[]
}

/** Read from what the proposal takes along, never from what anybody says of it. */
export function actOf(folder: string, { subject, after, parts = new Map() }: Proposal): Act {
  const about = parseSubject(subject)
  const isOld = parts.has(folder + oldSignersName) || parts.has(folder + oldPendingSignersName)
  const one = (name: string, signaturesName: string): ToSign => ({
    name: folder + name,
    bytes: after,
    signaturesName: folder + signaturesName,
  })
  if (about.kind === 'signers') {
    const { generation } = parseSignersFile(after, 'the signers file')
    if (isOld) return { generation, isOld, signed: [one(oldPendingSignersName, oldPendingSignatures)] }
    const first = one(pendingSignersName, pendingSignatures(pendingSignersName))
    const metadata = metadataNames.map((name) => folder + pendingDirectory + name).find((name) => parts.has(name))
    const bytes = metadata === undefined ? undefined : parts.get(metadata)
    if (generation !== 2 || metadata === undefined || bytes === undefined) return { generation, isOld, signed: [first] }
    return {
      generation,
      isOld,
      signed: [first, { name: metadata, bytes, signaturesName: pendingSignatures(metadata) }],
    }
  }
  const judge = parts.get(folder + (isOld ? oldSignersName : signersName))
  if (judge === undefined) throw new AppError({ code: 'internal/bug', message: 'a proposal came without its signers' })
  const { generation } = parseSignersFile(judge, 'the signers file')
  const { path } = about
  if (about.kind === 'revocation') {
    const name = pendingRevocation(path)
    return { generation, isOld, signed: [one(name, pendingSignatures(name))] }
  }
  const signaturesName = isOld ? oldReleaseNames(path).pending : pendingSignatures(path)
  return { generation, isOld, signed: [one(path, signaturesName)] }
}

export async function signedFiles(
  folder: string,
  proposal: Proposal,
  signer: Signer,
  context: Context,
): Promise<Files> {
  const act = actOf(folder, proposal)
  const key = holderOf(proposal, ({ key }) => key !== undefined && isEqualBytes(key.spki, signer.key.spki))
  if (key === undefined)
    throw new AppError({ code: 'signer/wrong-key', message: `${signer.label} does not stand in ${proposal.title}` })
  const signatures: Uint8Array[] = []
  for (const { name, bytes } of act.signed) {
    const message = await messageOf(bytes, act.generation)
    signatures.push(await signatureOf(key, signer, name.slice(name.lastIndexOf('/') + 1), message, context))
  }
  return placed(act, key, signatures, proposal.parts ?? new Map())
}

/** How often the key is asked: for each file that belongs to the decision once, or twice where minisign made it. */
export function signingsOf(folder: string, proposal: Proposal, key: PublicKey): number {
  const held = holderOf(proposal, (entry) => entry.key !== undefined && isEqualBytes(entry.key.spki, key.spki))
  const each = held?.keyId === undefined ? 1 : minisignSignatures
  return actOf(folder, proposal).signed.length * each
}

/** Of a key that minisign made two operations, of which the second is of the first: where it is touched, twice. */
async function signatureOf(
  { keyId }: SignerKey,
  signer: Signer,
  name: string,
  message: Uint8Array,
  { now, signal }: Context,
): Promise<Uint8Array> {
  if (keyId === undefined) return signer.sign(message, signal)
  const content = contentOf(message, 'prehashed')
  const comments = {
    comment: `signature by minisign key ${keyIdText(keyId)}`,
    trustedComment: usualTrustedComment(name, content.form, now),
  }
  return utf8(toMinisignSignatureText(await signMinisign(signer, { keyId, content, ...comments }, signal)))
}

/** Signatures that were made elsewhere, put where they belong; whether they count is judged like everything that waits. */
export function givenFiles(folder: string, proposal: Proposal, given: readonly GivenSignature[]): Files {
  const act = actOf(folder, proposal)
  let parts = proposal.parts ?? new Map<string, Uint8Array>()
  const files = new Map<string, Uint8Array | null>()
  for (const { key: text, signature } of given) {
    // One that counts already gives way to nothing.
    const key = holderOf(proposal, ({ ids, signed }) => !signed && ids.includes(text))
    if (key === undefined) continue
    const some = placed(act, key, split(signature, key, act.signed.length), parts)
    const fresh = [...some].flatMap(([name, bytes]) => (bytes === null ? [] : [[name, bytes] as const]))
    parts = new Map([...parts, ...fresh])
    for (const [name, bytes] of fresh) files.set(name, bytes)
  }
  return files
}

/** All that stand there under the text of a key; of two files the two signatures one behind the other. */
export function givenSignatures(folder: string, proposal: Proposal): GivenSignature[] {
  const act = actOf(folder, proposal)
  const signed = proposal.quorums.flatMap(({ keys }) => keys.filter((entry) => entry.signed))
  const given = new Map<string, GivenSignature>()
  for (const { ids } of signed) {
    const [text] = ids
    if (text === undefined) continue
    const found = act.signed.flatMap((one) => {
      const entry = entriesOf(one, act, proposal).find(
        ({ id, signature }) => ids.includes(id) && signature !== undefined,
      )
      return entry?.signature ?? []
    })
    if (found.length === act.signed.length) given.set(text, { key: text, signature: concatBytes(...found) })
  }
  return [...given.values()]
}

function entriesOf({ signaturesName }: ToSign, { isOld }: Act, { parts = new Map() }: Proposal): SignatureEntry[] {
  if (!isOld) {
    const bytes = parts.get(signaturesName)
    return bytes === undefined ? [] : parseAggregate(bytes, signaturesName)
  }
  const files = [...parts].flatMap(([name, bytes]) => {
    const folder = [signaturesName, signaturesName.replace(/\.pending\/$/, '/')].find((one) => name.startsWith(one))
    return folder === undefined ? [] : [[name.slice(folder.length), bytes] as const]
  })
  return parseSignatureFiles(new Map(files))
}

function holderOf({ quorums }: Proposal, isTheirs: (entry: QuorumKey) => boolean): SignerKey | undefined {
  const [text] = quorums.flatMap(({ keys }) => keys).find(isTheirs)?.ids ?? []
  return text === undefined ? undefined : parseKeyText(text, 'a key')
}

function placed(
  act: Act,
  key: SignerKey,
  signatures: readonly Uint8Array[],
  parts: ReadonlyMap<string, Uint8Array>,
): Files {
  const files = new Map<string, Uint8Array>()
  for (const [at, { signaturesName }] of act.signed.entries()) {
    const signature = signatures[at]
    if (signature === undefined) continue
    if (act.isOld) files.set(signaturesName + signatureFileName(key.text), signature)
    else {
      const before = parts.get(signaturesName) ?? emptyAggregate(act.generation)
      files.set(signaturesName, withSignature(before, key, signature, signaturesName))
    }
  }
  return files
}

/** A bare signature has 64 bytes; minisign's text begins anew with each untrusted comment. */
function split(joined: Uint8Array, { form }: SignerKey, count: number): Uint8Array[] {
  if (count === 1) return [joined]
  if (form !== 'minisign') return [joined.subarray(0, 64), joined.subarray(64)]
  const text = new TextDecoder('latin1').decode(joined)
  const second = text.indexOf('untrusted comment: ', 1)
  return second < 0 ? [joined] : [joined.subarray(0, second), joined.subarray(second)]
}

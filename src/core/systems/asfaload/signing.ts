// A signature more for a proposal. One act signs every file that belongs to the decision.
import { isEqualBytes } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { minisignSignatures, usualTrustedComment } from '../../minisign/sign.ts'
import type { Proposal, QuorumKey } from '../../proposal.ts'
import type { PublicKey, Signer } from '../../signer.ts'
import type { Context } from '../../system.ts'
import type { Files } from '../../transport.ts'
import type { ToSign } from './candidate.ts'
import { keySignature } from './key-signature.ts'
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
import { emptyAggregate, withSignature } from './signatures.ts'
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
    const comment = usualTrustedComment(name.slice(name.lastIndexOf('/') + 1), 'prehashed', context.now)
    signatures.push(await keySignature(key, signer, message, comment, context.signal))
  }
  return placed(act, key, signatures, proposal.parts ?? new Map())
}

/** How often the key is asked: for each file that belongs to the decision once, or twice where minisign made it. */
export function signingsOf(folder: string, proposal: Proposal, key: PublicKey): number {
  const held = holderOf(proposal, (entry) => entry.key !== undefined && isEqualBytes(entry.key.spki, key.spki))
  const each = held?.keyId === undefined ? 1 : minisignSignatures
  return actOf(folder, proposal).signed.length * each
}

function holderOf({ quorums }: Proposal, isTheirs: (entry: QuorumKey) => boolean): SignerKey | undefined {
  const [text] = quorums.flatMap(({ keys }) => keys).find(isTheirs)?.ids ?? []
  return text === undefined ? undefined : parseKeyText(text, 'a key')
}

/** Each of the signatures in the file, or folder, where those of its file wait. */
export function placed(
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

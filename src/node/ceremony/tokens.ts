// Tokens in a ceremony: each is looked at before anything is signed, the right one is known before its PIN, and what it signs is in the
// record before it is anywhere else.
import { approve } from '../../core/approve.ts'
import { isEqualBytes, parseBase64, parseHex, toHex } from '../../core/bytes.ts'
import { devicesThatCompared, personOf } from '../../core/ceremony/conduct.ts'
import { fingerprintOf, signedMessage } from '../../core/ceremony/record.ts'
import { asksToAgree } from '../../core/ceremony/script-rules.ts'
import { isSignature } from '../../core/ceremony/signature.ts'
import { verifySignature } from '../../core/crypto.ts'
import { AppError, toAppError } from '../../core/error.ts'
import type { KnownSigner, Signer } from '../../core/signer.ts'
import type { Token, TokenSlot } from '../../core/token.ts'
import type { OpenSource } from '../desk.ts'
import { openInterfaces } from '../offline.ts'
import { currentChange, entryOf, keyText } from './change.ts'
import { networkGate } from './gates.ts'
import { begin, note, noting, openChange, type Room, standing } from './room.ts'

/** A token of this person, seen at the roll call; no PIN is asked for. */
export async function lookAtToken(room: Room, person: string, signerId: string, signal: AbortSignal): Promise<void> {
  await begin(room, 'present', person)
  await noting(room, async () => {
    const signer = await knownSigner(room, signerId, signal)
    checkTheirs(room, person, signer)
    const seen = await tokenOf(room, signerId, signal)
    const attestation = signer.rehearsal ? 'rehearsal' : await proofOf(room, seen, signal)
    checkProof(room, person, signer, attestation)
    const serial = seen?.token.serial ?? ''
    await note(room, 'present', { person, key: keyText(signer.key), serial, attestation })
  })
}

export async function signChange(room: Room, person: string, signerId: string, signal: AbortSignal): Promise<void> {
  const now = await begin(room, 'sign', person)
  await noting(room, async () => {
    checkCompared(room)
    checkAgreed(room, person)
    const listed = await knownSigner(room, signerId, signal)
    checkTheirs(room, person, listed)
    checkSeen(room, person, listed)
    await checkNetwork(room)
    const source = await openChange(room, signal)
    const proposal = await currentChange(source, now, room.desk, signal)
    const { id, title, headline, digest } = proposal
    const entry = entryOf(proposal, listed.key)
    // What is signed comes first: a long name in the script must not push it out of sight.
    const purpose = `${title}: ${headline}; ${room.script.repository}`
    const before = room.wrongSecrets()
    const signer = await room.desk.signer(signerId, signal, purpose)
    const recording: Signer = {
      ...{ id: signer.id, label: signer.label, key: signer.key, asks: signer.asks, rehearsal: signer.rehearsal },
      sign: async (message, stop) => {
        const signature = await signer.sign(message, stop)
        await checkFits(signer, message, signature)
        const tries = room.wrongSecrets() - before
        const fact = { digest, key: keyText(signer.key), keyId: entry?.ids[0] ?? '', signature: toHex(signature) }
        // Everybody may see this line; the number of the token is in the roll call.
        await note(room, 'signed', { ...fact, serial: '', tries }, person)
        return signature
      },
    }
    await approve(id, source.system, source.transport, source.transport, recording, room.desk.context(source, signal))
  })
}

/** What was signed says that it was compared before: a signature that somebody wrote into the record must not say so. */
export async function checkSigned(room: Room, source: OpenSource, signal: AbortSignal): Promise<void> {
  const now = standing(room)
  for (const { person, key, signature } of now.signed) {
    const { payload } = await currentChange(source, now, room.desk, signal)
    const isTheirs = ownerOf(room, key) === person
    if (isTheirs && (await isSignature(parseBase64(key, 'a key'), payload, parseHex(signature, 'a signature'))))
      continue
    throw new AppError({
      code: 'trust/bad-signature',
      message: `the record holds a signature of ${person} that is not theirs, or not under this change`,
      hint: 'do not go on with it; somebody changed the record: find out who',
    })
  }
}

/** Everybody who was there, over the number that stands for all of it. */
export async function signFingerprint(
  room: Room,
  person: string,
  signerId: string,
  signal: AbortSignal,
): Promise<void> {
  await begin(room, 'fingerprint', person)
  const fingerprint = fingerprintOf(room.journal.record)
  if (fingerprint === undefined)
    throw new AppError({ code: 'internal/bug', message: 'a closed record has no fingerprint' })
  const listed = await knownSigner(room, signerId, signal)
  checkTheirs(room, person, listed)
  checkSeen(room, person, listed)
  if (standing(room).witnessed.includes(person)) throw alreadySigned(person)
  const signer = await room.desk.signer(signerId, signal, `the record of ${room.script.title}`)
  const message = signedMessage(fingerprint)
  const value = await signer.sign(message, signal)
  await checkFits(signer, message, value)
  await room.journal.sign({ person, key: signer.key.spki, value })
}

async function knownSigner({ desk }: Room, signerId: string, signal: AbortSignal): Promise<KnownSigner> {
  // Tokens are looked at anew: the one that is shown may have been pulled.
  await desk.tokens.list(signal)
  const signer = (await desk.signers(signal)).find(({ id }) => id === signerId)
  if (signer !== undefined) return signer
  throw new AppError({
    code: 'signer/absent',
    message: 'this token is not plugged in, or holds no key that can sign here',
    hint: 'plug it in, and wait until it is shown',
  })
}

async function tokenOf(
  { desk }: Room,
  signerId: string,
  signal: AbortSignal,
): Promise<{ token: Token; slot: TokenSlot } | undefined> {
  const { tokens } = await desk.tokens.list(signal)
  return tokens
    .flatMap((token) => token.slots.map((slot) => ({ token, slot })))
    .find(({ slot }) => slot.signerId === signerId)
}

/** Of a key that was made on it; a token that knows no proof has none. */
async function proofOf(
  { desk }: Room,
  seen: { token: Token; slot: TokenSlot } | undefined,
  signal: AbortSignal,
): Promise<'verified' | 'unknown-root' | 'rehearsal' | 'none'> {
  if (seen === undefined || seen.token.kind !== 'piv' || seen.slot.origin === 'imported') return 'none'
  try {
    return (await desk.tokens.attest(seen.token.id, seen.slot.id, signal)).verdict
  } catch (thrown) {
    if (toAppError(thrown).code === 'signer/unsupported') return 'none'
    throw thrown
  }
}

// ---- what is refused ---------------------------------------------------------------------------------------------------

const isSame = (a: { spki: Uint8Array }, b: { spki: Uint8Array }): boolean => isEqualBytes(a.spki, b.spki)

export function ownerOf({ script, standIns }: Room, key: string): string | undefined {
  const owner = script.people.find(({ keys }) => keys.some((one) => keyText(one.key) === key))
  return owner?.name ?? [...standIns].find(([, text]) => text === key)?.[0]
}

/** Before any PIN: whose key this is stands in the script, or among the practice tokens of this rehearsal. */
function checkTheirs(room: Room, who: string, { key, label, rehearsal }: KnownSigner): void {
  const { script, standIns } = room
  const person = personOf(script, who)
  // A rehearsal may be given the real request: what a real key signed would count, whatever the record is called.
  if (rehearsal !== room.rehearsal) throw ofOtherKind(label, who, rehearsal)
  if (person.keys.some((one) => isSame(one.key, key))) return
  if (rehearsal && standIns.get(who) === keyText(key)) return
  const whose = ownerOf(room, keyText(key))
  throw new AppError({
    code: 'signer/wrong-key',
    message: whose === undefined ? `${label} is not in the script` : `${label} is the token of ${whose}, not of ${who}`,
    hint:
      whose === undefined
        ? `plug in the token that the script names for ${who}`
        : `let ${whose} do it, or plug in the token of ${who}`,
  })
}

function ofOtherKind(label: string, who: string, rehearsal: boolean): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: rehearsal
      ? `${label} is for practice, and this is no rehearsal`
      : `${label} is a real key, and this is a rehearsal`,
    hint: rehearsal ? `plug in the token of ${who}` : `pull it, and use the practice token of ${who}`,
  })
}

function checkProof({ script, rehearsal }: Room, who: string, { key, label }: KnownSigner, attestation: string): void {
  const known = personOf(script, who).keys.find((one) => isSame(one.key, key))
  if (rehearsal || known?.attested !== true || attestation === 'verified') return
  throw new AppError({
    code: 'trust/changed',
    message: `${label} proved where its key was made when the script was prepared, and does not prove it now`,
    hint: 'do not use this token; note a deviation, and find out why',
  })
}

function checkSeen(room: Room, who: string, { key, label }: KnownSigner): void {
  if (standing(room).present.some((one) => one.person === who && one.key === keyText(key))) return
  throw new AppError({
    code: 'signer/wrong-key',
    message: `${label} was not looked at in the roll call`,
    hint: `use the token of ${who} that was there`,
  })
}

function checkCompared(room: Room): void {
  const count = devicesThatCompared(standing(room)).length
  const { devices } = room.script.rules
  if (count >= devices) return
  throw new AppError({
    code: 'usage/invalid',
    message: `the change was compared on ${count} devices, and the script asks for ${devices}`,
    hint: 'compare it on another device first',
  })
}

function checkAgreed(room: Room, who: string): void {
  const { agreed } = standing(room)
  if (!asksToAgree(room.script) || agreed.includes(who)) return
  throw new AppError({
    code: 'usage/invalid',
    message: `${who} has not agreed to this change`,
    hint: 'only those who agreed sign it',
  })
}

/** It may have come up since it was measured. */
async function checkNetwork(room: Room): Promise<void> {
  const fact = networkGate(room.script, (room.machine.interfaces ?? openInterfaces)())
  const known = standing(room).gates.find(({ name }) => name === 'network')
  if (fact.outcome === 'passed' || known?.outcome === 'waived') return
  await note(room, 'gate', fact)
  throw new AppError({
    code: 'usage/invalid',
    message: fact.found,
    hint: 'pull the cable and turn the radio off, then measure again',
  })
}

async function checkFits(signer: Signer, message: Uint8Array, signature: Uint8Array): Promise<void> {
  if (await verifySignature(signer.key, message, signature)) return
  throw new AppError({
    code: 'signer/failed',
    message: `${signer.label} answered with a signature that does not fit`,
    hint: 'nothing was kept of it; check the token, and try again',
  })
}

function alreadySigned(person: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${person} has signed the fingerprint already`,
    hint: 'nothing is left to do for this person',
  })
}

// What the window wants changed in a project of an Asfaload mirror: keys that it chose by name become their texts.
import { AppError } from '../core/error.ts'
import { isSameKey, keyLabel } from '../core/key.ts'
import { toMinisignLine } from '../core/minisign/public-key.ts'
import type { PublicKey } from '../core/signer.ts'
import { asfaloadKeyText } from '../core/systems/asfaload/keys.ts'
import { pendingSignersName } from '../core/systems/asfaload/names.ts'
import { signersSubject } from '../core/systems/asfaload/subject.ts'
import { asfaloadSystem } from '../core/systems/asfaload/system.ts'
import type { KeyChoice, ProjectEditData, SignersEditData } from '../ipc/contract.ts'
import { firstSigners, type KeyTexts, type ProjectWish, type SignersWish } from '../node/asfaload/edits.ts'
import type { Desk } from '../node/desk.ts'
import type { Place } from '../node/founding.ts'
import type { KnownKey } from '../node/known-keys.ts'
import { namedKey } from '../node/minisign/key-ids.ts'
import type { FoundFile } from '../node/release-edits.ts'
import type { PinnedSource } from '../node/workspace.ts'
import { chosenKey, lookedAt } from './edit-data.ts'

interface WishParts {
  desk: Desk
  keys: readonly KnownKey[]
  look(lookId: string): readonly FoundFile[]
  signal: AbortSignal
}

export async function wishOf(data: ProjectEditData, parts: WishParts): Promise<ProjectWish> {
  switch (data.kind) {
    case 'signers': {
      const edits: SignersWish[] = []
      for (const one of data.edits) edits.push(await signersWish(one, parts))
      return { kind: 'signers', edits }
    }
    case 'index': {
      const files = lookedAt(data, parts.look).map(({ name, sha256 }) => ({ name, sha256 }))
      return { kind: 'index', files, source: data.source }
    }
    default:
      return data
  }
}

async function signersWish(data: SignersEditData, { desk, keys, signal }: WishParts): Promise<SignersWish> {
  if (data.kind === 'key-add') return { ...data, key: await textsOf(data.key, keys, desk, signal) }
  if (data.kind !== 'group-add') return data
  return { ...data, keys: await allTexts(data.keys, keys, desk, signal) }
}

async function allTexts(
  choices: readonly KeyChoice[],
  keys: readonly KnownKey[],
  desk: Desk,
  signal: AbortSignal,
): Promise<KeyTexts[]> {
  const texts: KeyTexts[] = []
  for (const choice of choices) texts.push(await textsOf(choice, keys, desk, signal))
  return texts
}

/** A key that stands in the project already keeps the text that it has there. */
async function textsOf(
  choice: KeyChoice,
  known: readonly KnownKey[],
  desk: Desk,
  signal: AbortSignal,
): Promise<KeyTexts> {
  if (choice.from === 'signer' && choice.signerId.startsWith(metPrefix)) {
    const text = choice.signerId.slice(metPrefix.length)
    return { own: text, minisign: text }
  }
  const { key, rehearsal } = chosenKey(choice, known)
  checkFit(key, rehearsal === true)
  return { own: asfaloadKeyText(key), minisign: toMinisignLine(await namedKey(desk.workspace.files, key, signal)) }
}

const metPrefix = 'met:'

/** Nothing in a signers file says that a key is for practice, so everybody would take it for a real one. */
function checkFit(key: PublicKey, isRehearsal: boolean): void {
  if (key.scheme === 'ed25519' && !isRehearsal) return
  throw new AppError({
    code: 'signer/unsupported',
    message: isRehearsal
      ? 'a key for practice cannot stand in a signers file, where nothing would say that it is one'
      : `a signers file knows Ed25519 keys only, and this is ${keyLabel(key)}`,
    hint: 'choose another key, or create one under Keys',
  })
}

interface Founding {
  place: Place
  name: string
  choices: readonly KeyChoice[]
  threshold: number
}

/** Nobody was there before: whoever writes the first signers file knows it, and so it is pinned as it waits. */
export async function foundProject(
  { place: { location, folder }, name, choices, threshold }: Founding,
  { desk, keys, now }: { desk: Desk; keys: readonly KnownKey[]; now: Date },
  signal: AbortSignal,
): Promise<PinnedSource> {
  const entries = choices.map((choice) => chosenKey(choice, keys).key)
  if (entries.some((key, at) => entries.slice(0, at).some((other) => isSameKey(key, other)))) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'a key is named twice, and would count once',
      hint: 'name every key holder once',
    })
  }
  const document = firstSigners(await allTexts(choices, keys, desk, signal), threshold, now)
  const context = { anchor: new Uint8Array(), now, signal }
  const files = await asfaloadSystem('').draft({ subject: signersSubject, document }, folder, context)
  const absent = new Map([...files.keys()].map((one) => [one, null]))
  await folder.write(files, absent, 'propose the first signers', signal)
  const anchor = files.get(pendingSignersName)
  if (!(anchor instanceof Uint8Array)) throw new AppError({ code: 'internal/bug', message: 'no signers file was made' })
  return desk.workspace.add({ name, location, system: 'asfaload' }, anchor)
}

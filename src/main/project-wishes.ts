// What the window wants changed in a project of an Asfaload mirror: keys that it chose by name become keys, looks become files.
import { AppError } from '../core/error.ts'
import { keyLabel } from '../core/key.ts'
import type { PublicKey } from '../core/signer.ts'
import { signersSubject } from '../core/systems/asfaload/subject.ts'
import type { KeyChoice, ProjectEditData, SignersEditData } from '../ipc/contract.ts'
import { firstSigners, type ProjectWish, type SignersWish } from '../node/asfaload/edits.ts'
import { firstPlace } from '../node/asfaload/first-signers.ts'
import type { Desk } from '../node/desk.ts'
import { previewEdit, writeEdit } from '../node/document-edit.ts'
import type { KnownKey } from '../node/known-keys.ts'
import type { FoundFile } from '../node/release-edits.ts'
import type { PinnedSource } from '../node/workspace.ts'
import { chosenKey, lookedAt } from './edit-data.ts'

interface WishParts {
  keys: readonly KnownKey[]
  look(lookId: string): readonly FoundFile[]
}

export function wishOf(data: ProjectEditData, { keys, look }: WishParts): ProjectWish {
  switch (data.kind) {
    case 'signers':
      return { kind: 'signers', edits: data.edits.map((one) => signersWish(one, keys)) }
    case 'index': {
      const files = lookedAt(data, look).map(({ name, sha512 }) => {
        if (sha512 !== undefined) return { name, sha512 }
        throw new AppError({
          code: 'usage/invalid',
          message: 'these files were not looked at for a project',
          hint: 'choose them again',
        })
      })
      return { kind: 'index', files, source: data.source }
    }
    default:
      return data
  }
}

function signersWish(data: SignersEditData, known: readonly KnownKey[]): SignersWish {
  if (data.kind === 'key-add') return { ...data, key: fitKey(data.key, known) }
  return data.kind === 'group-add' ? { ...data, keys: data.keys.map((one) => fitKey(one, known)) } : data
}

/** Nothing in a signers file says that a key is for practice, so everybody would take it for a real one. */
function fitKey(choice: KeyChoice, known: readonly KnownKey[]): PublicKey {
  const { key, rehearsal } = chosenKey(choice, known)
  if (key.scheme === 'ed25519' && rehearsal !== true) return key
  throw new AppError({
    code: 'signer/unsupported',
    message:
      rehearsal === true
        ? 'a key for practice cannot stand in a signers file, where nothing would say that it is one'
        : `a signers file knows Ed25519 keys only, and this is ${keyLabel(key)}`,
    hint: 'choose another key, or create one under Keys',
  })
}

interface Founding {
  location: string
  name: string
  keys: readonly KeyChoice[]
  threshold: number
}

/** Nobody was there before: whoever writes the first signers file knows it, and so it is pinned as it waits. */
export async function foundProject(
  { location, name, keys, threshold }: Founding,
  known: readonly KnownKey[],
  desk: Desk,
  now: Date,
  signal: AbortSignal,
): Promise<PinnedSource> {
  const chosen = keys.map((choice) => fitKey(choice, known))
  const document = await firstSigners(chosen, threshold, now, desk, signal)
  const place = await firstPlace(desk, location, { name }, signal)
  const edit = { subject: signersSubject, document, isAnchor: true }
  return writeEdit(desk.workspace, place, await previewEdit(place, edit, desk.context(place, signal)), signal)
}

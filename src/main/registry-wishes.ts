// What the window wants a record of a registry to say: keys that it chose by name become keys, a look becomes the digest of its file.
import { AppError } from '../core/error.ts'
import { parseWargKey, type WargKey, wargKey } from '../core/systems/warg/encoding/key.ts'
import type { Entry } from '../core/systems/warg/log/record.ts'
import type { Approvers } from '../core/systems/warg/waiting/candidate.ts'
import type { KeyChoice, RecordEditData, RecordEntryData } from '../ipc/contract.ts'
import type { KnownKey } from '../node/known-keys.ts'
import type { Upload } from '../node/prepared.ts'
import type { FoundFile } from '../node/release-edits.ts'
import { chosenKey, lookedAt } from './edit-data.ts'

interface WishParts {
  keys: readonly KnownKey[]
  look(lookId: string): readonly FoundFile[]
}

/** Plain data: it is worked out in the thread that reads. */
export interface WantedRecord {
  entries: readonly Entry[]
  /** Files that it names, to be kept until the registry asks for them. */
  uploads: readonly Upload[]
}

export function recordWish({ entries }: RecordEditData, parts: WishParts): WantedRecord {
  const uploads: Upload[] = []
  const said = entries.map((one): Entry => {
    switch (one.kind) {
      case 'init':
        return { kind: 'init', key: fitKey(one.key, parts.keys) }
      case 'grant':
        return { ...one, key: fitKey(one.key, parts.keys) }
      case 'release': {
        const { file, length, sha256 } = releasedFile(one, parts)
        uploads.push({ file, path: one.version, length, sha256 })
        return { kind: 'release', version: one.version, digest: `sha256:${sha256}` }
      }
      default:
        return one
    }
  })
  return { entries: said, uploads }
}

function releasedFile({ lookId, name }: Extract<RecordEntryData, { kind: 'release' }>, { look }: WishParts): FoundFile {
  const [file] = lookedAt({ lookId, names: [name] }, look)
  if (file !== undefined) return file
  throw new AppError({ code: 'usage/invalid', message: 'no file was chosen', hint: 'choose the file of the release' })
}

/** Every key that a record names. */
export function keysIn({ entries }: RecordEditData): readonly KeyChoice[] {
  return entries.flatMap((one) => ('key' in one ? [one.key] : []))
}

/** A log never says of a key that it is for practice, and never forgets one. */
function fitKey(choice: KeyChoice, known: readonly KnownKey[]): WargKey {
  if (choice.from === 'pem' && !choice.pem.includes('-----')) return parseWargKey(choice.pem.trim(), 'the pasted key')
  const { key, rehearsal } = chosenKey(choice, known)
  if (rehearsal === true) {
    throw new AppError({
      code: 'signer/unsupported',
      message: 'a key for practice cannot stand in a log, which would keep it for ever',
      hint: 'choose another key, or create one under Keys',
    })
  }
  return wargKey(key)
}

interface WantedApprovers {
  threshold: number
  keys: readonly KeyChoice[]
  keepIds: readonly string[]
}

/** Nothing where nobody must agree any more. */
export function approversOf(
  { threshold, keys, keepIds }: WantedApprovers,
  known: readonly KnownKey[],
  now: Approvers | undefined,
): Approvers | undefined {
  const kept = (now?.keys ?? []).filter(({ key }) => keepIds.includes(key.id))
  const added = keys.map((choice) => ({ name: nameOf(choice, known), key: fitKey(choice, known) }))
  return kept.length + added.length === 0 ? undefined : { threshold, keys: [...kept, ...added] }
}

function nameOf(choice: KeyChoice, known: readonly KnownKey[]): string {
  if (choice.from === 'pem') return choice.owner.trim()
  const found = known.find(({ id }) => id === choice.signerId)
  return found?.owner ?? found?.label ?? choice.signerId
}

// What a person wants changed in a project, as the document that says so: a signers file, the index of a release, a revocation.
import type { PublicKey } from '../../core/signer.ts'
import { indexDocument, type ReleasedFile } from '../../core/systems/asfaload/edit/documents.ts'
import { editedSigners, type SignersEdit } from '../../core/systems/asfaload/edit/signers.ts'
import {
  everyKey,
  type Generation,
  type GroupName,
  parseSignersFile,
} from '../../core/systems/asfaload/signers-file.ts'
import { parseSubject } from '../../core/systems/asfaload/subject.ts'
import type { Desk } from '../desk.ts'
import type { DocumentEdit } from '../document-edit.ts'
import type { OpenSource } from '../open-source.ts'
import { findStart } from './first-signers.ts'
import { keyTextFor } from './key-text.ts'
import { revocationEdit } from './revocation.ts'

interface Place {
  group: GroupName
  /** Which group of the list, from 1. */
  of: number
}

/** Keys that come in are named by themselves, and those that go by their text. */
export type SignersWish =
  | ({ kind: 'key-add'; key: PublicKey } & Place)
  | ({ kind: 'key-remove'; key: string } & Place)
  | ({ kind: 'threshold'; threshold: number } & Place)
  | { kind: 'group-add'; group: GroupName; keys: readonly PublicKey[]; threshold: number }
  | ({ kind: 'group-remove' } & Place)

export type ProjectWish =
  | { kind: 'signers'; edits: readonly SignersWish[] }
  /** `source`: the address of the folder that the files can be fetched from. */
  | { kind: 'index'; files: readonly ReleasedFile[]; source: string }
  /** `by`: the text of the key of whoever begins it. */
  | { kind: 'revocation'; by: string }

export async function wishedEdit(
  subject: string,
  wish: ProjectWish,
  desk: Desk,
  source: OpenSource,
  signal: AbortSignal,
): Promise<DocumentEdit> {
  const context = desk.context(source, signal)
  const { now } = context
  switch (wish.kind) {
    case 'signers': {
      const { bytes, isFirst } = await findStart(source, context, true)
      const file = parseSignersFile(bytes, 'the signers file')
      const there = everyKey(file).map(({ text }) => text)
      const document = editedSigners(bytes, await spelled(wish.edits, file.generation, there, desk, signal), { now })
      return { subject, document, isAnchor: isFirst }
    }
    case 'index': {
      const options = { mirroredOn: now, publishedOn: now, source: wish.source }
      return { subject, document: indexDocument(wish.files, options) }
    }
    case 'revocation': {
      const about = parseSubject(subject)
      const path = about.kind === 'signers' ? '' : about.path
      const { document } = await revocationEdit(source, path, context, async () => wish.by)
      return { subject, document }
    }
  }
}

/** The first signers file of a project: one group, of which so many sign releases and all else. */
export async function firstSigners(
  keys: readonly PublicKey[],
  threshold: number,
  now: Date,
  desk: Desk,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const generation = 2
  const wish: SignersWish = { kind: 'group-add', group: 'artifact', keys, threshold }
  return editedSigners(undefined, await spelled([wish], generation, [], desk, signal), { now, generation })
}

async function spelled(
  wishes: readonly SignersWish[],
  generation: Generation,
  there: readonly string[],
  desk: Desk,
  signal: AbortSignal,
): Promise<SignersEdit[]> {
  const text = async (key: PublicKey): Promise<string> => keyTextFor(desk, key, { generation, there }, signal)
  const edits: SignersEdit[] = []
  for (const wish of wishes) {
    if (wish.kind === 'key-add') edits.push({ ...wish, key: await text(wish.key) })
    else if (wish.kind === 'group-add') edits.push({ ...wish, keys: await Promise.all(wish.keys.map(text)) })
    else edits.push(wish)
  }
  return edits
}

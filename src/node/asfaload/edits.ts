// What a person wants changed in a project, as the document that says so: a signers file, the index of a release, a revocation.
import { AppError } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import { indexDocument, type ReleasedFile, revocationOfFile } from '../../core/systems/asfaload/edit/documents.ts'
import { editedSigners, type SignersEdit } from '../../core/systems/asfaload/edit/signers.ts'
import { maxBytes } from '../../core/systems/asfaload/names.ts'
import { type Generation, type GroupName, parseSignersFile } from '../../core/systems/asfaload/signers-file.ts'
import { parseSubject } from '../../core/systems/asfaload/subject.ts'
import type { OpenSource } from '../open-source.ts'

/** One key in the spellings of the generations: minisign's line, and the text of keys of its own. */
export interface KeyTexts {
  minisign: string
  own: string
}

interface Place {
  group: GroupName
  /** Which group of the list, from 1. */
  of: number
}

export type SignersWish =
  | ({ kind: 'key-add'; key: KeyTexts } & Place)
  | ({ kind: 'key-remove'; key: string } & Place)
  | ({ kind: 'threshold'; threshold: number } & Place)
  | { kind: 'group-add'; group: GroupName; keys: readonly KeyTexts[]; threshold: number }
  | ({ kind: 'group-remove' } & Place)

export type ProjectWish =
  | { kind: 'signers'; edits: readonly SignersWish[] }
  /** `source`: the address of the folder that the files can be fetched from. */
  | { kind: 'index'; files: readonly ReleasedFile[]; source: string }
  /** `by`: the text of the key of whoever begins it. */
  | { kind: 'revocation'; by: string }

export async function wishedDocument(
  subject: string,
  wish: ProjectWish,
  { system, transport }: OpenSource,
  context: Context,
): Promise<Uint8Array> {
  const { now } = context
  switch (wish.kind) {
    case 'signers': {
      const { bytes } = (await system.state(transport, context)).anchor
      const { generation } = parseSignersFile(bytes, 'the signers file')
      return editedSigners(
        bytes,
        wish.edits.map((one) => spelled(one, generation)),
        { now },
      )
    }
    case 'index':
      return indexDocument(wish.files, { mirroredOn: now, publishedOn: now, source: wish.source })
    case 'revocation': {
      const about = parseSubject(subject)
      const path = about.kind === 'signers' ? '' : about.path
      const file = await transport.read(path, maxBytes.index, context.signal)
      if (file !== undefined) return revocationOfFile(file, wish.by, now)
      throw new AppError({
        code: 'source/not-found',
        message: `${path} is not there, so it cannot be revoked`,
        hint: 'look again',
      })
    }
  }
}

/** The first signers file of a project: one group, of which so many sign releases and all else. */
export function firstSigners(keys: readonly KeyTexts[], threshold: number, now: Date): Uint8Array {
  const generation = 2
  const edit: SignersWish = { kind: 'group-add', group: 'artifact', keys, threshold }
  return editedSigners(undefined, [spelled(edit, generation)], { now, generation })
}

function spelled(wish: SignersWish, generation: Generation): SignersEdit {
  const text = ({ own, minisign }: KeyTexts): string => (generation === 2 ? own : minisign)
  if (wish.kind === 'key-add') return { ...wish, key: text(wish.key) }
  return wish.kind === 'group-add' ? { ...wish, keys: wish.keys.map(text) } : wish
}

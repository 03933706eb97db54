// What the window wants changed as edits: keys that it chose by name become keys, looks at files become artifacts.
import { AppError } from '../core/error.ts'
import type { JsonValue } from '../core/json.ts'
import { isObject } from '../core/json.ts'
import { parsePublicKeyPem } from '../core/key.ts'
import type { KeyEntry, RoleEntry, SubjectEdit } from '../core/systems/tuf/edit/edit.ts'
import type { EditData, KeyChoice, RoleChoice, TufEditData } from '../ipc/contract.ts'
import type { Upload } from '../node/drafting.ts'
import { entryOf, type KnownKey } from '../node/known-keys.ts'
import { type FoundFile, releaseOf } from '../node/release-edits.ts'

export interface EditParts {
  keys: readonly KnownKey[]
  /** Files of a look that main keeps; throws when it was forgotten. */
  look(lookId: string): readonly FoundFile[]
}

export interface Wanted {
  edits: readonly SubjectEdit[]
  uploads: readonly Upload[]
}

export function editsOf(data: readonly TufEditData[], parts: EditParts): Wanted {
  const edits: SubjectEdit[] = []
  const uploads: Upload[] = []
  for (const one of data) {
    if (one.kind === 'files') {
      const release = filesOf(one, parts)
      edits.push(...release.edits)
      uploads.push(...release.uploads)
    } else if (one.kind !== 'document-file') edits.push(editOf(one, parts))
  }
  return { edits, uploads }
}

function editOf(data: Exclude<TufEditData, { kind: 'files' | 'document-file' }>, { keys }: EditParts): SubjectEdit {
  switch (data.kind) {
    case 'key-add':
    case 'key-replace': {
      const { key, ...rest } = data
      return { ...rest, entry: chosenKey(key, keys) }
    }
    case 'delegation-add':
    case 'block':
    case 'bins':
    case 'project-keys':
      return { ...data, keys: data.keys.map((key) => chosenKey(key, keys)) }
    case 'agreement-add':
      return { ...data, roles: data.roles.map((role) => roleEntry(role, keys)) }
    default:
      return data
  }
}

/** Every key that an edit names, wherever it stands in it. */
export function choicesIn(data: TufEditData | RoleChoice): readonly KeyChoice[] {
  if ('key' in data) return [data.key]
  if ('keys' in data) return data.keys
  return 'roles' in data ? data.roles.flatMap(choicesIn) : []
}

function roleEntry({ name, keys, threshold }: RoleChoice, known: readonly KnownKey[]): RoleEntry {
  return { name, threshold, keys: keys.map((key) => chosenKey(key, known)) }
}

export function chosenKey(choice: KeyChoice, known: readonly KnownKey[]): KeyEntry {
  if (choice.from === 'pem') {
    const owner = choice.owner.trim()
    if (owner === '') {
      throw new AppError({
        code: 'usage/invalid',
        message: 'a key has no owner’s name',
        hint: 'write whose key it is beside it',
      })
    }
    return { key: parsePublicKeyPem(choice.pem), owner }
  }
  const found = known.find(({ id }) => id === choice.signerId)
  if (found !== undefined) return entryOf(found)
  throw new AppError({
    code: 'signer/absent',
    message: `the key ${choice.signerId} is not known here any more`,
    hint: 'choose it again from the list',
  })
}

function filesOf(data: Extract<EditData, { kind: 'files' }>, { look }: EditParts): ReturnType<typeof releaseOf> {
  const { folder, custom, replace } = data
  if (folder !== '' && !folder.endsWith('/')) {
    throw new AppError({
      code: 'usage/invalid',
      message: `the folder ${folder} does not end with a slash`,
      hint: 'write it with a slash at its end, or leave it empty',
    })
  }
  return releaseOf(lookedAt(data, look), { folder, replace, ...customOf(custom) })
}

export function lookedAt(
  { lookId, names }: { lookId: string; names?: readonly string[] },
  look: EditParts['look'],
): readonly FoundFile[] {
  const all = look(lookId)
  const wanted = names === undefined ? undefined : new Set(names)
  const files = wanted === undefined ? all : all.filter(({ name }) => wanted.has(name))
  if (files.length > 0 && (wanted === undefined || files.length === wanted.size)) return files
  throw new AppError({
    code: 'usage/invalid',
    message: 'a file that was chosen is not among those that were looked at',
    hint: 'choose the files again',
  })
}

function customOf(custom: JsonValue | undefined): Pick<Parameters<typeof releaseOf>[1], 'custom'> {
  if (custom === undefined) return {}
  if (isObject(custom)) return { custom }
  throw new AppError({
    code: 'usage/invalid',
    message: 'the data beside an artifact is not a JSON object',
    hint: 'write it in curly brackets, such as {"version": "1.4.0"}',
  })
}

// Edits of a signers file as plain data, made in its text: what is not changed keeps its bytes. Without a file they make the first one.
import { utf8 } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import { isObject, type JsonObject, type JsonValue, parseJson } from '../../../json.ts'
import { editedJson, type JsonEdit } from '../../../json-edit.ts'
import { parseObject } from '../document.ts'
import { materialOf, parseKeyText, type SignerKey } from '../keys.ts'
import { parseMoment } from '../moment.ts'
import { maxBytes } from '../names.ts'
import { type Generation, type GroupName, memberOf, parseSignersFile, type SignersFile } from '../signers-file.ts'

/** `of`: which group of a list, from 1; keys as the file writes them ("RW..", "asfaload-pub:..", "ssh-ed25519 .."). */
export type SignersEdit =
  | { kind: 'key-add'; group: GroupName; of?: number; key: string }
  | { kind: 'key-remove'; group: GroupName; of?: number; key: string }
  /** Without a group: wherever it stands. */
  | { kind: 'key-replace'; group?: GroupName; key: string; by: string }
  | { kind: 'threshold'; group: GroupName; of?: number; threshold: number }
  | { kind: 'group-add'; group: GroupName; keys: readonly string[]; threshold: number }
  /** Without `of`: all of the list, so that another group stands in for it. */
  | { kind: 'group-remove'; group: GroupName; of?: number }

export interface SignersEditOptions {
  now: Date
  /** Of a first file; one that is there keeps its own. */
  generation?: Generation
}

export function editedSigners(
  current: Uint8Array | undefined,
  edits: readonly SignersEdit[],
  { now, generation = 2 }: SignersEditOptions,
): Uint8Array {
  const file = current === undefined ? undefined : parseSignersFile(current, 'the signers file')
  const form = file?.generation ?? generation
  const draft = file === undefined ? blank() : draftOf(file)
  for (const edit of edits) apply(draft, edit, form)
  const stamp = form === 0 ? undefined : timeAfter(file, now)
  const document = parseJson(current ?? utf8('{}\n'), 'the signers file', { maxBytes: maxBytes.signers, maxDepth: 16 })
  const bytes = editedJson(document, [
    ...(file === undefined && form !== 0 ? [{ path: ['version'], value: 1 }] : []),
    ...(stamp === undefined ? [] : [{ path: ['timestamp'], value: stamp }]),
    ...(form === 0 ? oldEdits(draft) : groupEdits(draft)),
  ])
  checkResult(bytes, form)
  return bytes
}

/** As the file writes them: an entry that stays keeps its bytes, with all that stands in it. */
interface DraftGroup {
  entries: { key: SignerKey; value: JsonValue }[]
  threshold: number
  /** What else stands in the group. */
  rest: JsonObject
}
type Draft = Map<GroupName, DraftGroup[]>

function blank(): Draft {
  return new Map()
}

function draftOf(file: SignersFile): Draft {
  const { value } = parseObject(file.bytes, 'the signers file', maxBytes.signers)
  const entries = (list: JsonValue | undefined): DraftGroup['entries'] =>
    (Array.isArray(list) ? list : []).map((entry: JsonValue) => ({ key: keyIn(entry), value: entry }))
  const draft: Draft = new Map()
  for (const [name, groups] of file.written) {
    const list = file.generation === 0 ? [value] : value[memberOf[name]]
    draft.set(
      name,
      (Array.isArray(list) ? list : []).map((group: JsonValue, at: number) => {
        const rest: JsonObject = isObject(group) ? group : {}
        return { entries: entries(rest.signers), threshold: groups[at]?.threshold ?? 1, rest }
      }),
    )
  }
  return draft
}

function keyIn(entry: JsonValue): SignerKey {
  const holder = isObject(entry) && isObject(entry.data) ? entry.data : entry
  const text = isObject(holder) && typeof holder.pubkey === 'string' ? holder.pubkey : ''
  return parseKeyText(text, 'a key of the signers file')
}

function apply(draft: Draft, edit: SignersEdit, form: Generation): void {
  if (
    form === 0 &&
    (('group' in edit && edit.group !== undefined && edit.group !== 'artifact') || edit.kind === 'group-remove')
  )
    throw refused('signers of generation 0 have one group', 'change that one, or begin a project of a newer generation')
  switch (edit.kind) {
    case 'key-add': {
      const group = groupIn(draft, edit)
      group.entries.push(entryFor(edit.key, draft, form, group))
      return
    }
    case 'key-remove': {
      const group = groupIn(draft, edit)
      const rest = group.entries.filter(({ key }) => !isSame(key, edit.key))
      if (rest.length === group.entries.length) throw notThere(edit.key)
      group.entries = rest
      return
    }
    case 'key-replace':
      replace(draft, edit, form)
      return
    case 'threshold':
      groupIn(draft, edit).threshold = edit.threshold
      return
    case 'group-add': {
      const list = draft.get(edit.group) ?? []
      if (form === 0 && list.length > 0)
        throw refused('signers of generation 0 have one group', 'add the keys to that one')
      const group: DraftGroup = { entries: [], threshold: edit.threshold, rest: {} }
      for (const key of edit.keys) group.entries.push(entryFor(key, draft, form, group))
      draft.set(edit.group, [...list, group])
      return
    }
    case 'group-remove':
      groupIn(draft, edit)
      draft.set(edit.group, edit.of === undefined ? [] : (draft.get(edit.group) ?? []).toSpliced(edit.of - 1, 1))
  }
}

function replace(
  draft: Draft,
  { group, key: old, by }: Extract<SignersEdit, { kind: 'key-replace' }>,
  form: Generation,
): void {
  if (isSame(parseKeyText(old, 'the key'), by))
    throw refused('the key that comes is the one that goes', 'name another key')
  let count = 0
  for (const [name, groups] of draft) {
    if (group !== undefined && group !== name) continue
    for (const one of groups) {
      const at = one.entries.findIndex(({ key }) => isSame(key, old))
      if (at < 0) continue
      const others = { ...one, entries: one.entries.filter(({ key }) => !isSame(key, old)) }
      one.entries = one.entries
        .toSpliced(at, 1, entryFor(by, draft, form, others))
        .filter(({ key }) => !isSame(key, old))
      count++
    }
  }
  if (count === 0) throw notThere(old)
}

function groupIn(draft: Draft, { group, of = 1 }: { group: GroupName; of?: number }): DraftGroup {
  const found = draft.get(group)?.[of - 1]
  if (found !== undefined) return found
  throw refused(
    `the signers file has no ${memberOf[group]}${of > 1 ? ` number ${of}` : ''}`,
    'add that group first, or name another',
  )
}

/** In the words of its neighbours: this program writes a file as those before it did. */
function entryFor(
  text: string,
  draft: Draft,
  form: Generation,
  group: DraftGroup,
): { key: SignerKey; value: JsonValue } {
  const key = parseKeyText(text, 'the key')
  if (form !== 2 && key.form !== 'minisign')
    throw refused('signers of this generation have minisign keys only', 'give a key that begins with RW')
  if (group.entries.some((entry) => isSame(entry.key, text)))
    throw refused(`the key ${text.slice(0, 24)}.. stands in this group already`, 'a key counts once; name another')
  const sample = [...group.entries, ...[...draft.values()].flat().flatMap(({ entries }) => entries)][0]
  const bare = text.replace(/^minisign:/, '')
  const pubkey =
    sample?.key.text.startsWith('minisign:') === true && key.form === 'minisign' ? `minisign:${bare}` : text
  const isFormatted = sample === undefined ? form === 1 : JSON.stringify(sample.value).includes('"format"')
  if (form === 0) return { key, value: { format: 'minisign', pubkey: bare } }
  return { key, value: { kind: 'key', data: isFormatted ? { format: 'minisign', pubkey: bare } : { pubkey } } }
}

function isSame(key: SignerKey, text: string): boolean {
  return materialOf(key) === materialOf(parseKeyText(text, 'the key'))
}

function groupEdits(draft: Draft): JsonEdit[] {
  return [...draft].map(([name, groups]) => ({
    path: [memberOf[name]],
    value:
      groups.length === 0
        ? undefined
        : groups.map(({ entries, threshold, rest }) => ({
            ...rest,
            signers: entries.map(({ value }) => value),
            threshold,
          })),
  }))
}

function oldEdits(draft: Draft): JsonEdit[] {
  const [group] = draft.get('artifact') ?? []
  if (group === undefined) return []
  return [
    { path: ['threshold', 'signatures_required'], value: group.threshold },
    { path: ['signers'], value: group.entries.map(({ value }) => value) },
  ]
}

/** Later than the one before, whatever this machine's clock says: one that is not is refused by everybody. */
function timeAfter(file: SignersFile | undefined, now: Date): string {
  const text = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
  const wished = parseMoment(text(BigInt(Math.floor(now.getTime() / 1000))), 'now')
  const before = file?.timestamp
  if (before === undefined || wished.nanoseconds > before.nanoseconds) return wished.text
  return text(before.nanoseconds / 1_000_000_000n + 1n)
}

/** What a person asked for, said of their edits and not of a file that they never saw. */
function checkResult(bytes: Uint8Array, form: Generation): void {
  try {
    const { generation } = parseSignersFile(bytes, 'the new signers file')
    if (form === 0 ? generation === 0 : generation !== 0) return
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('format/')) throw error
    throw refused(error.message, error.hint ?? 'change the edits, then repeat', error)
  }
  throw new AppError({ code: 'internal/bug', message: 'the edits made a signers file of another generation' })
}

function notThere(text: string): AppError {
  return refused(`the key ${text.slice(0, 24)}.. does not stand there`, 'name a key of that group')
}

function refused(message: string, hint: string, cause?: AppError): AppError {
  return new AppError({ code: 'usage/invalid', message, hint, cause })
}

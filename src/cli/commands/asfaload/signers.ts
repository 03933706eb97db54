// signers: who may sign for an asfaload project: the first ones, and others from then on.
import { existsSync } from 'node:fs'
import { toHex } from '../../../core/bytes.ts'
import { AppError } from '../../../core/error.ts'
import { othersSigned } from '../../../core/replacing.ts'
import type { PublicKey } from '../../../core/signer.ts'
import type { SignersEdit } from '../../../core/systems/asfaload/edit/signers.ts'
import { editedSigners } from '../../../core/systems/asfaload/edit/signers.ts'
import { groupNames } from '../../../core/systems/asfaload/group-names.ts'
import {
  everyKey,
  type Generation,
  type GroupName,
  parseSignersFile,
} from '../../../core/systems/asfaload/signers-file.ts'
import { signersSubject } from '../../../core/systems/asfaload/subject.ts'
import { visible } from '../../../core/visible.ts'
import { findStart, firstPlace } from '../../../node/asfaload/first-signers.ts'
import type { Desk, OpenSource } from '../../../node/desk.ts'
import { keyTexts, typedText } from '../../asfaload/keys.ts'
import { openProjectSource } from '../../asfaload/project-source.ts'
import { countOf, usage, verbOf } from '../../changing.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../../command.ts'
import { editOptions, proposeEdit } from '../../propose-edit.ts'
import { contextOf, deskFor } from '../../session.ts'
import { sourceAgain } from '../../source-again.ts'
import { quoted, wrapped } from '../../text.ts'

const verbs = { show: [0, 0], new: [0, 0], add: [1, 64], remove: [1, 64], replace: [2, 2], threshold: [1, 1] } as const

export const signersCommand: Command = {
  name: 'signers',
  usage: 'signers SOURCE [show | new | add KEY... | remove KEY... | replace OLD NEW | threshold N]',
  summary: 'Shows who may sign for an asfaload project, and proposes the first signers or others.',
  details: [
    'new takes a folder: the root of the project on a clone of its mirror, CLONE/github.com/USER/REPOSITORY. The first',
    'signers are pinned here at once; they are in force when every one of their keys has signed them.',
    'GROUP is artifact (who signs releases, when nothing is said), admin (who agrees to other signers), master (who can',
    'do so in place of the admins) or revocation. A group that is not there yet begins with add and --threshold.',
    'KEY is a key here, a person whose token is enrolled, a key on a token; the file of a public key (NAME.pub, of',
    'minisign or ssh-keygen); or the text of the key: RW..., asfaload-pub:..., ssh-ed25519 ...',
    'Several calls make one change, as long as nobody has signed it.',
    'Examples:',
    '  countersign signers mirror/github.com/acme/loom new --key ana --key bo.pub --threshold 2',
    '  countersign signers loom add dana.pub --threshold 3 --dry-run',
  ],
  options: {
    key: { form: '--key KEY', text: 'new: one of the first signers; may be repeated', type: 'string', multiple: true },
    threshold: {
      form: '--threshold N',
      text: 'new, add, remove: how many of the group must sign from then on',
      type: 'string',
    },
    group: { form: '--group GROUP', text: 'artifact, admin, master or revocation', type: 'string' },
    generation: {
      form: '--generation N',
      text: 'new: the format, 0, 1 or 2; 1 for keys of minisign and 2 for others when nothing is said',
      type: 'string',
    },
    name: { form: '--name NAME', text: 'new: what to call the project here', type: 'string' },
    ...editOptions,
  },
  arity: [1, 66],
  run: async (parsed, io, dataDir) => {
    const verb = parsed.positionals.length === 1 ? 'show' : verbOf(signersCommand, parsed, verbs)
    const desk = deskFor(io, dataDir)
    if (verb === 'new') return found(parsed, desk, io)
    if (verb === 'show') return show(parsed, desk, io)
    return change(verb, parsed, desk, io)
  },
}

// ---- the first ones ------------------------------------------------------------------------------------------------------

async function found(parsed: Parsed, desk: Desk, io: Io): Promise<Answer> {
  const named = { name: parsed.text('name'), again: parsed.flag('replace') }
  const place = await firstPlace(desk, parsed.positionals[0] ?? '', named, io.signal)
  const wanted = parsed.texts('key')
  if (wanted.length === 0) throw usage(signersCommand, 'signers new takes --key for each of the first signers')
  const together = wanted.find((one) => one.includes(',') && typedText(one) === undefined)
  if (together !== undefined) throw oneEach(together)
  const threshold = thresholdOf(parsed, wanted.length)
  const generation = generationOf(parsed, wanted)
  const keys = await keyTexts(wanted, generation, desk, io)
  const edit: SignersEdit = { kind: 'group-add', group: groupOf(parsed), keys, threshold }
  const document = editedSigners(undefined, [edit], { now: io.now(), generation })
  const source = { ...place, names: await desk.names(io.signal) }
  const again = sourceAgain({ ...parsed, positionals: [place.pinned.name] })
  const { location } = place.pinned
  const wasThere = existsSync(location)
  const said = await proposeEdit(desk, source, { subject: signersSubject, document, isAnchor: true }, parsed, io, {
    again,
  })
  if (wasThere) return said
  const makes = parsed.flag('dry-run')
    ? 'the folder is not there, and would be made'
    : 'the folder was not there, and was made'
  return {
    ...said,
    data: { ...(said.data as object), createdFolder: location },
    lines: [...said.lines, ...wrapped([`! ${makes}: ${location}`])],
  }
}

function thresholdOf(parsed: Parsed, keys: number): number {
  const text = parsed.text('threshold')
  if (text !== undefined) return countOf(text, '--threshold', 1, keys)
  throw new AppError({
    code: 'usage/invalid',
    message: `--threshold is missing: how many of ${keys === 1 ? 'this one key' : `these ${keys} keys`} must sign a release`,
    hint: `add it: --threshold ${Math.min(keys, 2)}`,
  })
}

function oneEach(together: string): AppError {
  const each = together.split(',').map((name) => `--key ${quoted(name.trim())}`)
  return new AppError({
    code: 'usage/invalid',
    message: `${visible(together.slice(0, 80))} is not the name of one key`,
    hint: `each key has a --key of its own: ${visible(each.join(' ').slice(0, 200))}`,
  })
}

function generationOf(parsed: Parsed, wanted: readonly string[]): Generation {
  const text = parsed.text('generation')
  if (text === '0' || text === '1' || text === '2') return text === '0' ? 0 : text === '1' ? 1 : 2
  if (text === undefined) return wanted.some((one) => /^(?:minisign:)?RW/.test(typedText(one) ?? '')) ? 1 : 2
  throw new AppError({
    code: 'usage/invalid',
    message: `there is no generation ${text} of signers files`,
    hint: 'give 2 for keys of any kind, 1 for keys of minisign, or 0 for mirrors of the first design',
  })
}

// ---- others --------------------------------------------------------------------------------------------------------------

async function show(parsed: Parsed, desk: Desk, io: Io): Promise<Answer> {
  const source = await openProjectSource(desk, parsed, io.signal)
  const { bytes, waits } = await findStart(source, contextOf(source, io))
  const { generation, written } = parseSignersFile(bytes, 'the signers file')
  const all = [...written].flatMap(([group, list]) => list.map((one) => ({ group, ...one })))
  const lines = all.flatMap(({ group, threshold, keys }) => [
    `${group}: ${threshold} of ${keys.length}`,
    ...keys.map((key) => `  ${key.text}${namedAs(key, source)}`),
  ])
  const data = all.map(({ group, threshold, keys }) => ({ group, threshold, keys: keys.map(({ text }) => text) }))
  return answer(
    { generation, waits, groups: data },
    waits ? 'Waiting for signatures, and changed further by the next call:' : 'In force:',
    ...lines,
  )
}

function namedAs({ key }: { key: PublicKey }, { names }: OpenSource): string {
  const name = names?.get(toHex(key.spki))
  return name === undefined ? '' : `  ${visible(name)}`
}

async function change(verb: string, parsed: Parsed, desk: Desk, io: Io): Promise<Answer> {
  const source = await openProjectSource(desk, parsed, io.signal)
  const context = contextOf(source, io)
  const { bytes, isFirst, signed } = await findStart(source, context, parsed.flag('replace'))
  if (signed !== undefined) throw othersSigned(signed)
  const edits = await editsOf(verb, bytes, parsed, desk, io)
  const document = editedSigners(bytes, edits, { now: io.now() })
  return proposeEdit(desk, source, { subject: signersSubject, document, isAnchor: isFirst }, parsed, io)
}

async function editsOf(
  verb: string,
  bytes: Uint8Array,
  parsed: Parsed,
  desk: Desk,
  io: Io,
): Promise<readonly SignersEdit[]> {
  const file = parseSignersFile(bytes, 'the signers file')
  const there = everyKey(file).map(({ text }) => text)
  const words = parsed.positionals.slice(2)
  const group = groupOf(parsed)
  const threshold = parsed.text('threshold')
  if (verb === 'threshold') return [{ kind: 'threshold', group, threshold: countOf(words[0], 'threshold', 1, 1000) }]
  const keys = await keyTexts(words, file.generation, desk, io, there)
  const also: SignersEdit[] =
    threshold === undefined ? [] : [{ kind: 'threshold', group, threshold: countOf(threshold, '--threshold', 1, 1000) }]
  if (verb === 'add') {
    if (file.written.has(group)) return [...keys.map((key) => ({ kind: 'key-add' as const, group, key })), ...also]
    if (threshold === undefined)
      throw usage(signersCommand, `there is no group ${group} yet: it begins with add and --threshold`)
    return [{ kind: 'group-add', group, keys, threshold: thresholdOf(parsed, keys.length) }]
  }
  if (verb === 'remove') return [...keys.map((key) => ({ kind: 'key-remove' as const, group, key })), ...also]
  const [key = '', by = ''] = keys
  const only = parsed.text('group') === undefined ? {} : { group }
  return [{ kind: 'key-replace', key, by, ...only }]
}

function groupOf(parsed: Parsed): GroupName {
  const text = parsed.text('group') ?? 'artifact'
  const found = groupNames.find((one) => one === text)
  if (found !== undefined) return found
  throw usage(signersCommand, `there is no group ${text}: it is ${groupNames.join(', ')}`)
}

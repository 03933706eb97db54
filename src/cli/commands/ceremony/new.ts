// ceremony new: a script from a template, filled with what is known here of the repository, its people and their keys.
import { fingerprintOf, parseRecord } from '../../../core/ceremony/record.ts'
import { type CeremonyScript, scriptBytes, scriptHash } from '../../../core/ceremony/script.ts'
import {
  type CeremonyKind,
  ceremonyKinds,
  type RootFacts,
  type ScriptFacts,
} from '../../../core/ceremony/templates/facts.ts'
import { scriptOf } from '../../../core/ceremony/templates/templates.ts'
import { AppError } from '../../../core/error.ts'
import { countOf, listOf } from '../../../core/phrases.ts'
import { visible } from '../../../core/visible.ts'
import { type Holder, isSameName } from '../../../node/enrolled-file.ts'
import { writeNewFile } from '../../../node/new-file.ts'
import { type Answer, answer, type Io, type Parsed } from '../../command.ts'
import { readInput } from '../../input.ts'
import { parseCount } from '../../parse.ts'
import { deskFor } from '../../session.ts'
import { wordLines } from '../../show.ts'
import { quoted, wrapped } from '../../text.ts'
import { readPeople } from './people.ts'
import { idOf, type Roots, readRoots } from './roots.ts'

const maxRecordBytes = 128 * 1024 * 1024

export async function newCommand(wanted: string, parsed: Parsed, io: Io, dataDir: string): Promise<Answer> {
  const kind = kindOf(wanted)
  const to = parsed.text('to')
  if (to === undefined) throw usage('--to is missing', 'name the new file: --to FILE')
  const rules = {
    devices: parseCount(parsed, 'devices', 2, 2, 9),
    offline: !parsed.flag('online'),
    sandbox: true,
    clockSeconds: parseCount(parsed, 'clock', 60, 0, 3600),
  }
  const previous = await previousOf(kind, parsed, io)
  const desk = deskFor(io, dataDir)
  const holders = await desk.tokens.holders(io.signal)
  const roots = await readRoots(kind, parsed, desk, holders, io)
  const lost = lostOf(kind, parsed, roots, holders)
  const people = await readPeople(parsed, { desk, holders, roots, lost: lost?.keys ?? [] }, io)
  const { repository, anchor, before, after } = roots
  const facts: ScriptFacts = {
    ...{ repository, anchor, previous, people, rules },
    preparedAt: `${io.now().toISOString().slice(0, 19)}Z`,
    ...optional('title', parsed.text('title')),
    ...optional('purpose', parsed.text('purpose')),
    ...optional('before', before),
    ...optional('after', after),
    ...optional('lost', lost),
  }
  const script = filled(kind, facts)
  const bytes = scriptBytes(script)
  const hash = await scriptHash(bytes)
  const warnings = warningsOf(script, [before, after])
  await writeNewFile(to, bytes)
  const steps = script.acts.reduce((sum, act) => sum + act.steps.length, 0)
  return answer(
    {
      ...{ file: to, kind, hash, title: script.title, steps, warnings },
      people: people.map(({ name, roles, keys }) => ({ name, roles, keys: keys.map(({ key }) => idOf(key)) })),
    },
    `${to}: ${visible(script.title)}; ${countOf(people.length, 'person', 'people')}, ${steps} steps`,
    ...wrapped(warnings.map((one) => `  ! ${visible(one)}`)),
    '',
    `sha256 of the script: ${hash}`,
    'In words, as they stand on every page of it:',
    ...wordLines(hash),
    '',
    'Read it through, print it, and publish file and words before the day:',
    `  countersign ceremony check ${quoted(to)}`,
    `  countersign ceremony print ${quoted(to)} --to FILE.pdf`,
  )
}

function kindOf(text: string): CeremonyKind {
  const kind = ceremonyKinds.find((one) => one === text)
  if (kind !== undefined) return kind
  throw usage(`there is no template for ${text}`, `choose one of ${listOf(ceremonyKinds, 'or')}`)
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]: Value })
}

/** A change of a root that was made in a ceremony follows that one: to leave that out is said, and not forgotten. */
async function previousOf(kind: CeremonyKind, parsed: Parsed, io: Io): Promise<string> {
  const file = parsed.text('previous')
  if (file === 'none') return ''
  if (file === undefined) {
    if (kind === 'first-root' || kind === 'rehearsal') return ''
    throw usage('it is not said which ceremony came before', 'give its record: --previous RECORD; or --previous none')
  }
  const fingerprint = fingerprintOf(await parseRecord(await readInput(file, maxRecordBytes, io.signal), file))
  if (fingerprint !== undefined) return fingerprint
  throw new AppError({
    code: 'format/malformed',
    message: `${file} is a record that was not closed: nothing stands for all of it`,
    hint: 'give the record of the last ceremony that was closed',
  })
}

/** Named by the serial number of the token, or by whose it is: then all of their keys are taken for lost. */
function lostOf(
  kind: CeremonyKind,
  parsed: Parsed,
  { before, keys }: Roots,
  holders: readonly Holder[],
): ScriptFacts['lost'] {
  const wanted = parsed.text('lost')
  if (kind !== 'lost-token') {
    if (wanted === undefined) return undefined
    throw usage('--lost is for the script of a lost token', 'leave it out, or make one: ceremony new lost-token')
  }
  if (wanted === undefined) throw usage('it is not said whose token is lost', 'add --lost NAME, or --lost SERIAL')
  const enrolled = holders.flatMap(({ name, keys: own }) =>
    own
      .filter(({ serial }) => isSameName(name, wanted) || serial === wanted.replaceAll(' ', ''))
      .map(({ key }) => ({ id: idOf(key), holder: name })),
  )
  const ofRoot = [...(before?.keys ?? [])].filter(({ holder }) => isSameName(holder, wanted))
  const ofOwner = keys.flatMap(({ key, owner }) =>
    key !== undefined && owner !== undefined && isSameName(owner, wanted) ? [{ id: idOf(key), holder: owner }] : [],
  )
  const found = [...enrolled, ...ofRoot, ...ofOwner]
  const [first] = found
  const isInRoot = found.some(({ id }) => before?.keys.some((one) => one.id === id))
  if (first !== undefined && isInRoot) return { holder: first.holder, keys: found }
  throw new AppError({
    code: 'usage/invalid',
    message: `${wanted} holds no key of ${before?.title ?? 'the root in force'}`,
    hint: `its keys are of ${listOf([...new Set((before?.keys ?? []).map(({ holder }) => holder))])}`,
  })
}

/** What cannot be run is no file that was damaged on its way: it was said wrongly here. */
function filled(kind: CeremonyKind, facts: ScriptFacts): CeremonyScript {
  try {
    return scriptOf(kind, facts)
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'format/malformed') throw thrown
    throw new AppError({
      code: 'usage/invalid',
      message: thrown.message,
      hint: 'one administrator, at least one witness, at least one signer who is no witness; each key of one person',
      cause: thrown,
    })
  }
}

/** Signatures may come from elsewhere too; so it is said, and not refused. */
function warningsOf({ people }: CeremonyScript, roots: readonly (RootFacts | undefined)[]): string[] {
  const signers = people.filter(({ roles }) => roles.includes('signer'))
  const here = new Set(signers.flatMap(({ keys }) => keys.map(({ key }) => idOf(key))))
  const known = roots.filter((root) => root !== undefined)
  const few = known.flatMap(({ title, threshold, keys }) => {
    const count = keys.filter(({ id }) => here.has(id)).length
    return count >= threshold
      ? []
      : [
          `${title} asks for ${countOf(threshold, 'signature')}, and the signers of this script hold ${countOf(count, 'key')} of it`,
        ]
  })
  const all = new Set(known.flatMap(({ keys }) => keys.map(({ id }) => id)))
  const strangers = known.length === 0 ? [] : signers.filter(({ keys }) => keys.every(({ key }) => !all.has(idOf(key))))
  return [...few, ...strangers.map(({ name }) => `no key of ${name} stands in the root: what they sign does not count`)]
}

function usage(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}

// edit, withdraw: any document changed field by field or as a text; and a candidate given up.
import { utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { type JsonValue, parseJson } from '../../core/json.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { SubjectEdit, TufEdit } from '../../core/systems/tuf/edit/edit.ts'
import { typedPart } from '../../core/systems/tuf/editable.ts'
import { expiryOf, formatDate } from '../../core/systems/tuf/expiry.ts'
import { maxBytes, typeOf } from '../../core/systems/tuf/names.ts'
import { writeNewFile } from '../../node/new-file.ts'
import { tufSource } from '../../node/open-source.ts'
import { type Change, countOf, openChange, usage } from '../changing.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { draftOptions, proposeDraft, signerOf, signWithOption } from '../drafting.ts'
import { editedText } from '../editor.ts'
import { readInput } from '../input.ts'
import { tokenOptions } from '../parse.ts'
import { digitsToLook, pickProposal } from '../pick-proposal.ts'
import { namingRoles } from '../role-names.ts'
import { deskFor, openSource, rootOption } from '../session.ts'
import { wrapped } from '../text.ts'
import { withdrawFiles } from '../withdraw-files.ts'

export const editCommand: Command = {
  name: 'edit',
  usage: 'edit SOURCE ROLE [--expires DAYS] [--set PATH=JSON] [--text] ...',
  summary: 'Proposes the next version of a role, with a later date and whatever else is said.',
  details: [
    'ROLE is root, targets, the name of a delegated role, or, for how long they last, snapshot or timestamp.',
    'A candidate that waits already is changed further. With no option only the date of expiry is a new one.',
    'PATH leads through the signed part with slashes; a slash in a name is written ~1, and ~ is written ~0.',
    'Examples:',
    '  countersign edit packages root --period 365 --signing 60',
    '  countersign edit packages root --set x-example/contact=\'"admin@example.org"\'',
    '  countersign edit packages targets --text',
    'A role with very many artifacts is no text for an editor: save it, change the file, take it from there:',
    '  countersign edit packages targets --save targets.json',
    '  countersign edit packages targets --from targets.json',
  ],
  options: {
    ...draftOptions,
    expires: { form: '--expires DAYS|DATE', text: 'when it expires: in days from now, or 2027-02-28', type: 'string' },
    period: { form: '--period DAYS', text: 'how long each version lasts from now on', type: 'string' },
    signing: {
      form: '--signing DAYS',
      text: 'how long before its end a version is to be signed anew',
      type: 'string',
    },
    set: {
      form: '--set PATH=JSON',
      text: 'any field of the signed part; may be repeated',
      type: 'string',
      multiple: true,
    },
    unset: { form: '--unset PATH', text: 'removes a field; may be repeated', type: 'string', multiple: true },
    'consistent-snapshot': {
      form: '--consistent-snapshot yes|no',
      text: 'in root: whether files carry their version or hash in their names',
      type: 'string',
    },
    text: { form: '--text', text: 'edit the signed part in your editor ($VISUAL or $EDITOR)', type: 'boolean' },
    from: { form: '--from FILE', text: 'take the whole signed part from FILE; - reads standard input', type: 'string' },
    save: { form: '--save FILE', text: 'only write the whole signed part to a new FILE, for --from', type: 'string' },
  },
  arity: [2, 2],
  run: async (parsed, io, dataDir) => {
    const change = await openChange(parsed, io, dataDir)
    return namingRoles(change.roles, () => edit(change))
  },
}

async function edit(change: Change): Promise<Answer> {
  const { parsed, io } = change
  const [, role = ''] = parsed.positionals
  const file = parsed.text('save')
  if (file !== undefined) return save(change, role, file)
  const isOnline = role === 'snapshot' || role === 'timestamp'
  const subject = isOnline ? 'root' : role
  const edits = [...fieldEdits(parsed, role, io), ...(await documentEdit(change, subject))]
  if (isOnline && edits.some(({ kind }) => kind !== 'period')) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${role} is made by the repository itself; root says only how long it lasts`,
      hint: `use --period and --signing; a new ${role}: countersign renew SOURCE`,
    })
  }
  const drafted = await proposeDraft(change.desk, change.source, { subject, edits }, parsed, io)
  return drafted.answer
}

function fieldEdits(parsed: Parsed, role: string, io: Io): SubjectEdit[] {
  const edits: TufEdit[] = []
  const expires = parsed.text('expires')
  if (expires !== undefined) edits.push({ kind: 'expires', date: dateOf(expires, io.now()) })
  const expiryDays = daysOf(parsed, 'period')
  const signingDays = daysOf(parsed, 'signing')
  if (expiryDays !== undefined || signingDays !== undefined) {
    edits.push({
      kind: 'period',
      ...(role === 'snapshot' || role === 'timestamp' ? { role } : {}),
      ...(expiryDays === undefined ? {} : { expiryDays }),
      ...(signingDays === undefined ? {} : { signingDays }),
    })
  }
  for (const path of parsed.texts('unset')) edits.push({ kind: 'field', path: pathOf(path) })
  for (const assignment of parsed.texts('set')) edits.push({ kind: 'field', ...assigned(assignment) })
  const consistent = parsed.text('consistent-snapshot')
  if (consistent !== undefined) edits.push({ kind: 'consistent-snapshot', on: yesOrNo(consistent) })
  return edits
}

function daysOf(parsed: Parsed, name: string): number | undefined {
  const text = parsed.text(name)
  return text === undefined ? undefined : countOf(text, `--${name}`, 1, 3650)
}

/** "90", "2027-02-28" or a whole date and time. */
export function dateOf(text: string, now: Date): string {
  if (/^\d{1,5}$/.test(text))
    return formatDate(new Date(now.getTime() + countOf(text, '--expires', 1, 3650) * 86_400_000))
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(whole)) {
    try {
      return formatDate(expiryOf(whole, '--expires'))
    } catch {
      // Said below, with what is allowed.
    }
  }
  throw new AppError({
    code: 'usage/invalid',
    message: `--expires takes a number of days or a date that the calendar has, not ${text}`,
    hint: 'for example: --expires 90, or --expires 2027-02-28',
  })
}

/** As in a JSON pointer, without its first slash. */
export function pathOf(text: string): string[] {
  return text
    .replace(/^\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function assigned(text: string): { path: string[]; value: JsonValue } {
  const [path = '', ...rest] = text.split('=')
  if (rest.length === 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: `--set takes PATH=JSON, not ${text}`,
      hint: 'for example: --set x-example/contact=\'"admin@example.org"\'',
    })
  }
  return { path: pathOf(path), value: jsonOf(rest.join('='), `--set ${path}`) }
}

export function jsonOf(text: string, what: string): JsonValue {
  try {
    return parseJson(utf8(text), what).value()
  } catch (cause) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${what} is no JSON: ${text.slice(0, 60)}`,
      hint: 'a text stands in double quotes, inside the quotes of the shell: \'"text"\'',
      cause,
    })
  }
}

function yesOrNo(text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes'
  throw new AppError({
    code: 'usage/invalid',
    message: `--consistent-snapshot is yes or no, not ${text}`,
    hint: 'leave it out to keep it as it is',
  })
}

// ---- as a text -----------------------------------------------------------------------------------------------------

async function documentEdit({ desk, source, parsed, io }: Change, subject: string): Promise<SubjectEdit[]> {
  const file = parsed.text('from')
  if (file !== undefined && parsed.flag('text')) throw usage(editCommand, 'it is either --text or --from FILE')
  if (file !== undefined) {
    const text = typedPart(await readInput(file, maxBytes[typeOf(subject)], io.signal), file)
    return [{ kind: 'document', text, keepTargets: false }]
  }
  if (!parsed.flag('text')) return []
  if (!io.isInteractive) {
    throw new AppError({
      code: 'usage/invalid',
      message: '--text opens an editor, and there is no terminal',
      hint: 'run this in a terminal; in a script there is --from FILE',
    })
  }
  const start = await desk.drafts.text(source, subject, io.signal, parsed.text('onto'))
  const keepTargets = start.withoutTargets !== undefined
  if (keepTargets) {
    io.note(`Its ${start.withoutTargets} artifacts are too many for a text and stay as they are.`)
    io.note('To change them in a file: --save FILE, then --from FILE.')
  }
  const editOf = (text: string): SubjectEdit => ({ kind: 'document', text, keepTargets })
  const check = async (text: string): Promise<void> => {
    await desk.drafts.preview(source, { subject, edits: [editOf(text)] }, io.signal)
  }
  return [editOf(await editedText({ name: subject, text: start.text, check, io, environment: process.env }))]
}

/** Writes nothing but the file: what becomes of it is another change. */
async function save({ desk, source, parsed, io }: Change, role: string, file: string): Promise<Answer> {
  const others = ['from', 'expires', 'period', 'signing', 'consistent-snapshot']
  const isMore = others.some((name) => parsed.text(name) !== undefined) || parsed.flag('text')
  if (isMore || parsed.texts('set').length + parsed.texts('unset').length > 0)
    throw usage(editCommand, '--save FILE stands alone')
  const bytes = await desk.drafts.whole(source, role, io.signal, parsed.text('onto'))
  await writeNewFile(file, bytes)
  return answer(
    { saved: file, bytes: bytes.length },
    `saved the signed part of ${role} as ${file}; nothing is proposed`,
  )
}

// ---- given up ------------------------------------------------------------------------------------------------------

export const withdrawCommand: Command = {
  name: 'withdraw',
  usage: 'withdraw SOURCE ID [--yes] [--sign-with KEY]',
  summary: 'Gives up a change that waits: its candidate goes, what is published stays.',
  details: [
    'ID is the subject ("root"), or at least eight digits of the digest. One that cannot be reviewed is given up by its',
    'subject, with --yes. First versions of roles that only this change would bring go with it, and are named.',
    'A repository that is served asks for a signature: --sign-with KEY, a key that could sign it. Of an asfaload project',
    'the files of the change are deleted from its folder: countersign withdraw loom revocation/releases/download/v1.2;',
    'of a Warg registry the record that waits here.',
  ],
  options: {
    ...rootOption,
    ...signWithOption,
    yes: { form: '--yes', text: 'also when somebody has signed it, without asking', type: 'boolean' },
    ...tokenOptions,
  },
  arity: [2, 2],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const opened = await openSource(desk, parsed, io.signal)
    const agree = agreeing(parsed, io)
    const { withdraw } = opened.system
    if (withdraw !== undefined) return withdrawFiles(withdraw, parsed, desk, opened, io, agree)
    const source = tufSource(opened)
    const [, id = ''] = parsed.positionals
    const { problems } = await desk.pending(source, io.signal)
    if (parsed.flag('yes') && problems.some(({ subject }) => subject === id)) {
      // Before anybody is asked for a key: what takes its place meanwhile is not what they gave up.
      const digest = await desk.drafts.waitingDigest(source, id, io.signal)
      await desk.drafts.discard(source, id, digest, io.signal, await signerOf(desk, source, parsed, io))
      return answer({ withdrawn: id, signedBy: [] }, `gave up ${id}, which could not be reviewed`)
    }
    const proposal = await pickProposal(desk, source, id, io.signal, digitsToLook)
    const { along } = await desk.drafts.withdrawing(source, proposal.id, io.signal)
    const signed = [proposal, ...along].flatMap(({ quorums }) =>
      quorums.flatMap(({ keys }) => keys.filter((entry) => entry.signed)),
    )
    const names = [...new Set(signed.map((entry) => entry.owner ?? entry.ids[0]?.slice(0, 8) ?? ''))]
    const withThem = along.length === 0 ? '' : `, and with it ${alongText(along)}`
    if (names.length > 0) await agree(names, `${proposal.title}${withThem}`, proposal.subject)
    await desk.drafts.withdraw(source, proposal.id, io.signal, await signerOf(desk, source, parsed, io))
    const data = { withdrawn: proposal.id, along: along.map((one) => one.id), signedBy: names }
    return answer(data, ...wrapped([`gave up ${proposal.title}${withThem}`]))
  },
}

/** Somebody signed it: its name is typed, or --yes was said. */
function agreeing(parsed: Parsed, io: Io) {
  return async (names: readonly string[], what: string, subject: string): Promise<void> => {
    if (parsed.flag('yes')) return
    const question = `${names.join(', ')} signed ${what}. Type its name, ${subject}, to give it up: `
    const typed = await io.ask(question, 'in a script there is --yes')
    if (typed.trim() === subject) return
    throw new AppError({
      code: 'user/cancelled',
      message: 'that is not its name; nothing was given up',
      hint: `type ${subject} to give it up`,
    })
  }
}

/** First versions of what the change would have brought: without it nothing leads to them. */
function alongText(along: readonly Proposal[]): string {
  const titles = along.length > 4 ? `${along.length} more changes` : along.map(({ title }) => title).join(', ')
  return `${titles}, which would stand for nothing without it`
}

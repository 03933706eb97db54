// events, accept, invite: signing events of a git repository, and who is asked to take part in one.
import { AppError, toErrorData } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import { readInvites } from '../../core/systems/tuf/layouts/tuf-on-ci/accept.ts'
import type { Invites } from '../../core/systems/tuf/layouts/tuf-on-ci/invites.ts'
import { remarkUnlessKept } from '../../node/afterwards.ts'
import type { Desk, OpenSource } from '../../node/desk.ts'
import { startEvent } from '../../node/git-place.ts'
import { parseLocation } from '../../node/location.ts'
import { readSettings, writeSettings } from '../../node/sign-settings.ts'
import { isGitLocation, parseGitAddress } from '../../node/transports/git/address.ts'
import { type Answer, answer, type Command, type Io, type Parsed } from '../command.ts'
import { confirm } from '../confirm.ts'
import { findKey } from '../find-key.ts'
import { pushedLines, userName } from '../git.ts'
import { ListedError } from '../listed-error.ts'
import { findPinned } from '../named-source.ts'
import { tokenOptions } from '../parse.ts'
import { plugPractice } from '../practice.ts'
import { deskFor, openTufSource, rootOption } from '../session.ts'
import { proposalData, quorumsLines, reviewLines } from '../show.ts'
import { wrapped } from '../text.ts'

export const eventsCommand: Command = {
  name: 'events',
  usage: 'events SOURCE [--start EVENT] [--as USER] [--fork ADDRESS]',
  summary: 'Lists the signing events of a tuf-on-ci repository: what waits in each, and who is invited.',
  details: [
    'Every other command takes one of them after the source: countersign review SOURCE#sign/EVENT',
    'With --start an event is begun; edit, delegate and the like then make changes in it.',
    'Who you are and where you push is kept where tuf-on-ci-sign keeps it (.tuf-on-ci-sign.ini).',
  ],
  options: {
    start: { form: '--start EVENT', text: 'begin a signing event, for example sign/targets-v4', type: 'string' },
    as: { form: '--as USER', text: 'your user name there, from now on', type: 'string' },
    fork: { form: '--fork ADDRESS', text: 'push to this fork from now on; "none" ends it', type: 'string' },
  },
  arity: [1, 1],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const pinned = await findPinned(desk, parsed.positionals[0] ?? '')
    if (!isGitLocation(pinned.location)) throw noEvents(pinned.name)
    await settle(parsed, parseGitAddress(pinned.location), dataDir)
    const start = parsed.text('start')
    if (start !== undefined) await startEvent(pinned.location, dataDir, start, io.signal)
    const list = await desk.events(pinned, io.signal)
    const { events = [], unreadable = 0, settings = {} } = list ?? {}
    const found = []
    for (const event of events) found.push(await lookAt(await desk.open(pinned.id, event), event, desk, io))
    const data = {
      events: found.map(({ data }) => data),
      unreadable,
      ...(settings.userName === undefined ? {} : { user: settings.userName }),
      ...(settings.fork === undefined ? {} : { fork: settings.fork.url }),
    }
    const odd = unreadable === 0 ? [] : [`${unreadable} more with names that cannot be read safely`]
    const none = events.length + unreadable === 0 ? ['no signing event is open'] : []
    return answer(data, ...wrapped([...found.flatMap(({ lines }) => lines), ...odd, ...none]))
  },
}

/** What was said about the person is kept for the next time, where the tool keeps it. */
export async function settle(
  parsed: Parsed,
  address: ReturnType<typeof parseGitAddress>,
  dataDir: string,
): Promise<void> {
  const [user, fork] = [parsed.text('as'), parsed.text('fork')]
  if (user === undefined && fork === undefined) return
  await writeSettings(address, dataDir, {
    ...(user === undefined ? {} : { userName: userName(user) }),
    ...(fork === undefined ? {} : { push: fork === 'none' ? null : forkUrl(fork) }),
  })
}

/** As git itself spells it: the other tool reads it too. */
function forkUrl(text: string): string {
  const location = parseLocation(text)
  return isGitLocation(location) ? parseGitAddress(location).url : location
}

async function lookAt(
  source: OpenSource,
  event: string,
  desk: Desk,
  io: Io,
): Promise<{ data: object; lines: string[] }> {
  try {
    const { proposals, problems } = await desk.pending(source, io.signal)
    const invites = await readInvites(source.transport, io.signal)
    const lines = [
      event,
      ...proposals.map(({ title, headline }) => `  ${title}: ${headline}`),
      ...problems.map(({ error }) => `  cannot be reviewed: ${error.message}`),
      ...inviteLines(invites),
    ]
    const data = {
      event,
      proposals: proposals.map(({ id, title, headline }) => ({ id, title, headline })),
      problems: problems.map(({ subject, error }) => ({ subject, ...toErrorData(error) })),
      invites: Object.fromEntries(invites),
    }
    return { data, lines }
  } catch (thrown) {
    const error = toErrorData(thrown)
    if (/^(user|internal)\//.test(error.code)) throw thrown
    return { data: { event, error }, lines: [event, `  cannot be read: ${error.message}`] }
  }
}

function inviteLines(invites: Invites): string[] {
  return [...invites].map(([user, roles]) => `  ${user} is invited to sign ${roles.join(', ')}`)
}

export const acceptCommand: Command = {
  name: 'accept',
  usage: 'accept SOURCE#EVENT --key KEY [--as USER] [--yes]',
  summary: 'Accepts an invitation to sign: your key goes into the roles, and signs what it can.',
  details: [
    'USER is your user name on the forge; it is remembered. KEY is what "countersign sign" takes.',
    'What would be written is shown first, and without a terminal nothing more is done unless --yes says that it was read.',
    'Signatures that others made on these documents are lost: the documents change.',
  ],
  options: {
    ...rootOption,
    key: { form: '--key KEY', text: 'the key that you will sign with from now on', type: 'string' },
    as: { form: '--as USER', text: 'your user name, when it is not known yet', type: 'string' },
    yes: { form: '--yes', text: 'you have read what it shows: ask for no word of it', type: 'boolean' },
    'dry-run': { form: '--dry-run', text: 'show it, and write nothing', type: 'boolean' },
    ...tokenOptions,
  },
  arity: [1, 1],
  run: accept,
}

async function accept(parsed: Parsed, io: Io, dataDir: string): Promise<Answer> {
  const desk = deskFor(io, dataDir)
  const source = await openTufSource(desk, parsed, io.signal)
  const { event, pinned } = source
  if (event === undefined) throw eventMissing(pinned.name)
  const wanted = parsed.text('key')
  if (wanted === undefined)
    throw new AppError({ code: 'usage/invalid', message: '--key is missing', hint: 'name the key you will sign with' })
  const address = parseGitAddress(pinned.location)
  const said = parsed.text('as')
  const user = said === undefined ? (await readSettings(address, dataDir)).userName : userName(said)
  if (user === undefined)
    throw new AppError({ code: 'usage/invalid', message: 'it is not known who you are there', hint: 'add --as USER' })
  await plugPractice(parsed, desk, io)
  const signerId = await findKey(desk, wanted, io)
  const { proposals, others, accept: write } = await desk.invitation(source, user, signerId, io.signal)
  if (parsed.flag('dry-run')) {
    const lines = proposals.flatMap((proposal) => [...reviewLines(proposal), ''])
    const data = { dryRun: true, user, proposals: proposals.map(proposalData), others: others.map(proposalData) }
    return answer(data, ...lines, ...otherLines(others), 'Nothing was written.')
  }
  if (!parsed.flag('yes')) {
    if (!io.isInteractive) throw unread(proposals)
    for (const proposal of proposals) await confirm(proposal, io)
  }
  const done = await write(io.signal)
  const remark = await remarkUnlessKept('your user name', () => settle(parsed, address, dataDir))
  const pushed = await desk.destination(source)
  return answer(
    {
      ...{ accepted: true, user, files: done.files },
      proposals: done.proposals.map(proposalData),
      others: done.others.map(proposalData),
      ...(remark === undefined ? {} : { remark }),
    },
    `${user} accepted the invitation`,
    ...done.proposals.flatMap(({ quorums }) => quorumsLines(quorums)),
    ...otherLines(done.others),
    ...(remark === undefined ? [] : [remark]),
    ...(pushed === undefined ? [] : pushedLines(pushed, false)),
  )
}

/** Nobody has read them here, so nobody has signed them. */
function otherLines(others: readonly Proposal[]): string[] {
  if (others.length === 0) return []
  return [
    'More of this event waits for this key, and accepting signs none of it; review and sign each by itself:',
    ...others.map(({ title, headline }) => `  ${title}: ${headline}`),
  ]
}

export const inviteCommand: Command = {
  name: 'invite',
  usage: 'invite SOURCE#EVENT USER ROLE...',
  summary: 'Invites somebody to sign for roles: they accept with a key of their own.',
  details: ['USER is the user name on the forge. The roles change when the invitation is accepted, not before.'],
  options: rootOption,
  arity: [3, 34],
  run: async (parsed, io, dataDir) => {
    const desk = deskFor(io, dataDir)
    const source = await openTufSource(desk, parsed, io.signal)
    const { event, pinned } = source
    if (event === undefined) throw eventMissing(pinned.name)
    const [, who = '', ...roles] = parsed.positionals
    const user = userName(who)
    await desk.invite(source, user, roles, io.signal)
    return answer({ invited: user, roles, event }, `${user} is invited to sign ${roles.join(', ')} in ${event}`)
  },
}

function noEvents(name: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${name} does not keep its changes in signing events`,
    hint: 'see what waits: countersign pending SOURCE',
  })
}

/** The key goes into roles by this: a script, too, says that somebody has read what it signs. */
function unread(proposals: readonly Proposal[]): AppError {
  return new ListedError(
    {
      code: 'usage/invalid',
      message: 'nobody has confirmed what accepting this invitation signs, so nothing was signed',
      hint: 'read it, then repeat with --yes',
    },
    proposals.flatMap((proposal) => reviewLines(proposal).map((line) => `  ${line}`)),
  )
}

function eventMissing(name: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `no signing event of ${name} was named`,
    hint: 'name it after the source, SOURCE#sign/EVENT; see what is open: countersign events SOURCE',
  })
}

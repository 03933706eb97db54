// delegate: who else may decide for artifacts, in which order clients ask them, and what nobody gets any more.
import { AppError } from '../../core/error.ts'
import { roleOf } from '../../core/systems/tuf/client.ts'
import type { KeyEntry, RoleEntry, TargetsEdit } from '../../core/systems/tuf/edit/edit.ts'
import { knownKeys } from '../../node/known-keys.ts'
import { findDelegation } from '../../node/repository-walk.ts'
import { type Change, countOf, delegationTo, entriesOf, openChange, usage, verbOf } from '../changing.ts'
import type { Command, Option } from '../command.ts'
import { draftOptions, proposeDraft } from '../drafting.ts'
import { keyOptions, namedKey } from '../role-keys.ts'

const verbs = {
  add: [1, 1],
  change: [1, 1],
  remove: [1, 1],
  block: [0, 1],
  unblock: [1, 1],
  bins: [1, 1],
  agree: [1, 1],
  disagree: [1, 1],
} as const

const options: Readonly<Record<string, Option>> = {
  ...draftOptions,
  ...keyOptions,
  in: { form: '--in ROLE', text: 'the delegating role; targets when left out', type: 'string' },
  path: {
    form: '--path PATTERN',
    text: 'artifacts that it is about; * and ? never cross a slash; may be repeated',
    type: 'string',
    multiple: true,
  },
  threshold: { form: '--threshold N', text: 'how many of the keys must sign; all when left out', type: 'string' },
  terminating: {
    form: '--terminating yes|no',
    text: 'whether clients that were sent here look nowhere else; no when left out',
    type: 'string',
  },
  before: { form: '--before NAME', text: 'put it in front of this delegation; last when left out', type: 'string' },
  role: {
    form: '--role ROLE',
    text: 'block: the role whose artifacts are stopped; agree: NAME=KEY,KEY@N, repeated',
    type: 'string',
    multiple: true,
  },
  bits: { form: '--bits N', text: 'bins: 2 to the power of N of them', type: 'string' },
  form: { form: '--form FORM', text: 'bins: succinct or prefixes; agree: accepted or draft', type: 'string' },
  agree: { form: '--agree N', text: 'agree: how many of the roles must say the same', type: 'string' },
}

export const delegateCommand: Command = {
  name: 'delegate',
  usage: 'delegate SOURCE (add | change | remove | block | unblock | bins | agree | disagree) ...',
  summary: 'Proposes to whom a role delegates, or blocks what clients must not get.',
  details: [
    'countersign delegate SOURCE add NAME --path P --key K [--threshold N] [--terminating yes] [--before NAME]',
    'countersign delegate SOURCE change NAME [--path P ...] [--terminating yes|no] [--before NAME]',
    'countersign delegate SOURCE remove NAME',
    'countersign delegate SOURCE block [NAME] --path P        clients that ask for P find nothing',
    'countersign delegate SOURCE block [NAME] --role ROLE     nothing of ROLE is found any more',
    'countersign delegate SOURCE unblock NAME [--path P]      the way back',
    'countersign delegate SOURCE bins NAME --bits N --key K [--form prefixes]',
    'countersign delegate SOURCE agree NAME --path P --role ana=Ana --role ben=Ben,Cleo@2 --agree 2',
    'countersign delegate SOURCE disagree NAME                takes that back',
    'A block goes to a role NAME ("blocked" when left out) that lists nothing; its keys are those of the delegating',
    'role when there is no --key. Roles that must agree (TAP 3) are understood by no other client yet.',
    'Example: countersign delegate packages block --path "loom/1.3/*"',
  ],
  options,
  arity: [2, 3],
  run: async (parsed, io, dataDir) => {
    const verb = verbOf(delegateCommand, parsed, verbs)
    const change = await openChange(parsed, io, dataDir)
    const subject = parsed.text('in') ?? 'targets'
    const edit = await editFor(verb, parsed.positionals[2], subject, change)
    const { answer } = await proposeDraft(change.desk, change.source, { subject, edits: [edit] }, parsed, io)
    return answer
  },
}

async function editFor(verb: string, name = '', subject: string, change: Change): Promise<TargetsEdit> {
  const { parsed } = change
  switch (verb) {
    case 'add':
      return {
        kind: 'delegation-add',
        ...(await roleEntry(name, change)),
        ...scopeFor(name, change),
        ...beforeOf(change),
      }
    case 'change': {
      const paths = parsed.texts('path')
      const terminating = yesOrNo(change)
      return {
        ...{ kind: 'delegation-change', name, ...beforeOf(change) },
        ...(paths.length === 0 ? {} : { paths }),
        ...(terminating === undefined ? {} : { terminating }),
      }
    }
    case 'remove':
      return { kind: 'delegation-remove', name }
    case 'block':
      return block(name === '' ? 'blocked' : name, subject, change)
    case 'unblock': {
      const paths = parsed.texts('path')
      return { kind: 'unblock', name, ...(paths.length === 0 ? {} : { paths }) }
    }
    case 'bins':
      return {
        kind: 'bins',
        ...(await roleEntry(name, change)),
        form: oneOf(parsed.text('form') ?? (change.source.layout === undefined ? 'prefixes' : 'succinct'), [
          'succinct',
          'prefixes',
        ]),
        bitLength: countOf(parsed.text('bits'), '--bits', 1, 16),
      }
    case 'agree':
      return agreement(name, change)
    default:
      return { kind: 'agreement-remove', name }
  }
}

async function roleEntry(name: string, change: Change): Promise<RoleEntry> {
  const keys = await change.keys()
  if (keys.length === 0)
    throw usage(delegateCommand, `${name} needs at least one key: --key KEY, or --pem FILE --name OWNER`)
  return { name, keys, threshold: thresholdOf(change, keys.length) }
}

function thresholdOf({ parsed }: Change, otherwise: number): number {
  const text = parsed.text('threshold')
  return text === undefined ? otherwise : countOf(text, '--threshold', 1, 512)
}

function wantedPaths({ parsed }: Change): readonly string[] {
  const paths = parsed.texts('path')
  if (paths.length > 0) return paths
  throw usage(delegateCommand, 'which artifacts it is about is missing: --path PATTERN')
}

/** Where a layout gives each role a room of its own, that is what a new role is about when nothing else is said. */
function scopeFor(name: string, change: Change): { paths: readonly string[]; terminating: boolean } {
  const room = change.source.layout?.room?.(name)
  const isRoom = room !== undefined && change.parsed.texts('path').length === 0
  return {
    paths: isRoom ? room : wantedPaths(change),
    terminating: yesOrNo(change) ?? room !== undefined,
  }
}

function beforeOf({ parsed }: Change): { before?: string } {
  const before = parsed.text('before')
  return before === undefined ? {} : { before }
}

function yesOrNo({ parsed }: Change): boolean | undefined {
  const text = parsed.text('terminating')
  return text === undefined ? undefined : oneOf(text, ['yes', 'no']) === 'yes'
}

function oneOf<const T extends string>(text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text)
  if (found !== undefined) return found
  throw usage(delegateCommand, `${text} is none of ${allowed.join(', ')}`)
}

// ---- what nobody gets ----------------------------------------------------------------------------------------------

async function block(name: string, subject: string, change: Change): Promise<TargetsEdit> {
  const [role, ...more] = change.parsed.texts('role')
  if (more.length > 0) throw usage(delegateCommand, 'block stops one role at a time')
  const paths = role === undefined ? wantedPaths(change) : await pathsOfRole(role, change)
  const given = await change.keys()
  const own = { keys: given, threshold: given.length }
  const { keys, threshold } = given.length > 0 ? own : await keysOf(name, subject, change)
  return { kind: 'block', name, keys, threshold: thresholdOf(change, threshold), paths }
}

async function pathsOfRole(role: string, change: Change): Promise<readonly string[]> {
  const { parsed } = change
  if (parsed.texts('path').length > 0) throw usage(delegateCommand, 'block takes --role or --path, not both')
  // Wherever it is delegated to: the block stands in another role, in front of the way there.
  const found = await findDelegation(role, await change.opened())
  if (found !== undefined && (found.form === 'role' || found.form === 'agreement')) return found.paths
  throw new AppError({
    code: found === undefined ? 'source/not-found' : 'usage/invalid',
    message:
      found === undefined
        ? `no published role delegates to ${role}`
        : `${role} is a bin, which has no paths of its own`,
    hint:
      found === undefined ? 'see which roles there are: countersign state SOURCE' : 'block the artifacts: --path PATH',
  })
}

/** Who may sign the blocking may sign the empty role that it leads to. */
async function keysOf(name: string, subject: string, change: Change): Promise<{ keys: KeyEntry[]; threshold: number }> {
  const opened = await change.opened()
  const there = await findDelegation(name, opened, subject)
  const { root } = opened.set
  const authority =
    there ??
    (subject === 'targets'
      ? { keys: root.signed.keys, role: roleOf(root, 'targets') }
      : await delegationTo(subject, change, undefined))
  return { keys: entriesOf(authority), threshold: authority.role.threshold }
}

// ---- TAP 3 ---------------------------------------------------------------------------------------------------------

async function agreement(name: string, change: Change): Promise<TargetsEdit> {
  const { parsed, desk, io } = change
  const known = await knownKeys(desk, await change.roles(), io.signal)
  const roles: RoleEntry[] = []
  for (const text of parsed.texts('role')) {
    const [, role = '', names = '', count] = /^([^=]+)=(.+?)(?:@(\d+))?$/.exec(text) ?? []
    if (names === '') throw usage(delegateCommand, `--role takes NAME=KEY,KEY@N, not ${text}`)
    const keys: KeyEntry[] = []
    for (const one of names.split(',')) keys.push(await namedKey(one, known, desk, io))
    roles.push({
      name: role,
      keys,
      threshold: count === undefined ? keys.length : countOf(count, `--role ${role}`, 1, 512),
    })
  }
  if (roles.length < 2) throw usage(delegateCommand, 'agree takes at least two roles: --role NAME=KEY')
  return {
    kind: 'agreement-add',
    form: oneOf(parsed.text('form') ?? 'accepted', ['accepted', 'draft']),
    name,
    paths: wantedPaths(change),
    terminating: yesOrNo(change) ?? false,
    minRolesInAgreement:
      parsed.text('agree') === undefined ? roles.length : countOf(parsed.text('agree'), '--agree', 1, roles.length),
    roles,
  }
}

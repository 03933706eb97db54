// An invitation accepted: the key of who was invited goes into each role, and the invitation goes.
import { AppError } from '../../../../error.ts'
import type { Context } from '../../../../system.ts'
import { type Files, overlay, type Transport } from '../../../../transport.ts'
import { visible } from '../../../../visible.ts'
import { draftEdits } from '../../drafting.ts'
import type { KeyEntry, TufEdit } from '../../edit/edit.ts'
import { parseMetadata } from '../../metadata.ts'
import { maxBytes } from '../../names.ts'
import { pendingProposals } from '../../pending.ts'
import { tufOnCiLayout } from '../tuf-on-ci.ts'
import {
  type Invites,
  invitesName,
  maxInvitesBytes,
  parseInvites,
  withInvite,
  withoutInvites,
  writeInvites,
} from './invites.ts'

const stateName = `event/${invitesName}`

export async function readInvites(source: Transport, signal: AbortSignal): Promise<Invites> {
  return parseInvites(await source.read(stateName, maxInvitesBytes, signal))
}

/** What is written: the documents that name the new key, unsigned, and the state without the invitation. */
export async function acceptedFiles(
  user: string,
  entry: Omit<KeyEntry, 'owner'>,
  source: Transport,
  context: Context,
): Promise<Files> {
  const invites = await readInvites(source, context.signal)
  const roles = invites.get(user)
  if (roles === undefined) throw notInvited(user, invites)
  const files = new Map<string, Uint8Array | null>()
  for (const subject of ['root', 'targets']) {
    const edits = roles
      .filter((role) => delegatorOf(role) === subject)
      .map((role): TufEdit => ({ kind: 'key-add', role, entry: { ...entry, owner: user } }))
    if (edits.length === 0) continue
    const now = overlay(source, files)
    const { proposals } = await pendingProposals(tufOnCiLayout, now, context)
    const onto = proposals.find((one) => one.subject === subject)?.digest
    const request = { subject, edits, defaultDays: 365, ...(onto === undefined ? {} : { onto }) }
    const drafted = await draftEdits(request, tufOnCiLayout, now, context)
    for (const [name, bytes] of drafted.files) files.set(name, bytes)
  }
  files.set(stateName, writeInvites(withoutInvites(invites, user)))
  return files
}

/** One more person is asked for these roles. */
export async function invitedFiles(
  user: string,
  roles: readonly string[],
  source: Transport,
  context: Context,
): Promise<Files> {
  const known = await rolesIn(source, context)
  for (const role of roles) if (!known.includes(role)) throw noSuchRole(role, known)
  const invites = await readInvites(source, context.signal)
  const more = roles.reduce((now: Invites, role) => withInvite(now, user, role), invites)
  return new Map([[stateName, writeInvites(more)]])
}

/** Roles that people sign, as the event would have them. */
async function rolesIn(source: Transport, { signal }: Context): Promise<string[]> {
  const name = 'event/metadata/targets.json'
  const bytes = await source.read(name, maxBytes.targets, signal)
  const delegations = bytes === undefined ? undefined : parseMetadata(bytes, 'targets', name).signed.delegations
  return ['root', 'targets', ...(delegations?.roles ?? []).map((role) => role.name)]
}

/** Whoever was invited to it could never accept, and nothing takes an invitation back. */
function noSuchRole(role: string, known: readonly string[]): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `there is no role ${visible(role)} that people sign in this event`,
    hint: `there are ${known.map(visible).join(', ')}`,
    data: { role },
  })
}

/** The document in which the keys of a role stand: delegations are one level deep here. */
export function delegatorOf(role: string): 'root' | 'targets' {
  return role === 'root' || role === 'targets' ? 'root' : 'targets'
}

function notInvited(user: string, invites: Invites): AppError {
  const others = [...invites.keys()].join(', ')
  return new AppError({
    code: 'source/not-found',
    message: `${user} is not invited in this signing event`,
    hint: others === '' ? 'nobody is; ask whoever made the event to invite you' : `invited are ${others}`,
    data: { user },
  })
}

// roles: who may sign what, and how many of them must.
import { openEntries } from '../../core/approve.ts'
import { toHex } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { fingerprintOf, isSameKey } from '../../core/key.ts'
import type { Proposal } from '../../core/proposal.ts'
import type { Authority } from '../../core/systems/tuf/authority.ts'
import { roleOf } from '../../core/systems/tuf/client.ts'
import type { KeyEntry, TufEdit } from '../../core/systems/tuf/edit/edit.ts'
import { topRoles } from '../../core/systems/tuf/metadata.ts'
import { isSameName } from '../../node/enrolled-file.ts'
import { knownKeys } from '../../node/known-keys.ts'
import { isTokenSigner } from '../../node/token-host/signers.ts'
import { type Change, countOf, delegationTo, openChange, usage, verbOf } from '../changing.ts'
import { type Answer, answer, type Command, type Parsed } from '../command.ts'
import { draftOptions, proposeDraft } from '../drafting.ts'
import { tokenOptions } from '../parse.ts'
import { plugPractice } from '../practice.ts'
import { keyOptions, namedKey, pemKey } from '../role-keys.ts'
import { askingOnce } from '../session.ts'
import { quorumsLines } from '../show.ts'

const verbs = {
  'add-key': [1, 2],
  'remove-key': [2, 2],
  'replace-key': [2, 3],
  threshold: [2, 2],
} as const

export const rolesCommand: Command = {
  name: 'roles',
  usage: 'roles SOURCE (add-key | remove-key | replace-key | threshold) ROLE ...',
  summary: 'Proposes other keys for a role, or another number of signatures that it needs.',
  details: [
    'countersign roles SOURCE add-key ROLE KEY [--threshold N]      one key more; or --pem FILE --name OWNER',
    'countersign roles SOURCE remove-key ROLE WHO [--threshold N]   WHO is the holder’s name, or the fingerprint of the key',
    'countersign roles SOURCE replace-key ROLE WHO KEY              and asks to sign with both, where they are here',
    'countersign roles SOURCE threshold ROLE N                      how many keys must sign',
    'KEY is a key file, a person whose token is enrolled, or a key on a token (piv:15835999/9c) or in the ssh-agent.',
    'Example: countersign roles packages replace-key root Dana piv:20000001/9c',
  ],
  options: {
    ...draftOptions,
    pem: { ...keyOptions.pem, form: '--pem FILE', text: 'a public key from a file instead of KEY', type: 'string' },
    name: { form: '--name OWNER', text: 'whose key --pem is', type: 'string' },
    threshold: { form: '--threshold N', text: 'and so many keys must sign from now on', type: 'string' },
    in: { form: '--in ROLE', text: 'the delegating role, where several delegate to ROLE', type: 'string' },
    sign: {
      form: '--sign yes|no',
      text: 'with replace-key: sign with the old key and the new one, without asking, or not at all',
      type: 'string',
    },
    ...tokenOptions,
  },
  arity: [2, 5],
  run: (parsed, io, dataDir) =>
    askingOnce(io, async (once) => {
      const verb = verbOf(rolesCommand, parsed, verbs)
      const change = await openChange(parsed, once, dataDir)
      await plugPractice(parsed, change.desk, once)
      const [, , role = '', ...words] = parsed.positionals
      const place = await placeOf(role, change)
      const edits = await editsFor(verb, role, words, place.authority, change)
      const request = { subject: place.subject, edits: [...edits.edits, ...thresholdEdit(parsed, verb, role)] }
      const drafted = await proposeDraft(change.desk, change.source, request, parsed, once)
      if (edits.both === undefined || parsed.flag('dry-run')) return drafted.answer
      return signWithBoth(drafted.answer, drafted.draft.proposal, edits.both, change)
    }),
}

interface Place {
  /** The document in which the keys of the role stand. */
  subject: string
  authority: Authority
}

async function placeOf(role: string, change: Change): Promise<Place> {
  const opened = await change.opened()
  const { set } = opened
  const top = topRoles.find((type) => type === role)
  if (top !== undefined) {
    return { subject: 'root', authority: { keys: set.root.signed.keys, role: roleOf(set.root, top) } }
  }
  const delegation = await delegationTo(role, change, change.parsed.text('in'))
  const registries = (await opened.trusted?.registries()) ?? []
  if (registries.some(({ name }) => name === delegation.from)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${role} is a project, and its keys are changed by those who hold them`,
      hint: `countersign project SOURCE keys ${role} --add KEY`,
    })
  }
  return { subject: delegation.from, authority: delegation }
}

interface Wanted {
  edits: TufEdit[]
  /** Who shows with a signature that the change is theirs. */
  both?: { old: KeyEntry; next: KeyEntry }
}

async function editsFor(
  verb: string,
  role: string,
  words: readonly string[],
  authority: Authority,
  change: Change,
): Promise<Wanted> {
  const { parsed } = change
  switch (verb) {
    case 'add-key':
      return { edits: [{ kind: 'key-add', role, entry: await newKey(words[0], change) }] }
    case 'remove-key':
      return { edits: [{ kind: 'key-remove', role, keyId: heldBy(words[0] ?? '', role, authority).keyId }] }
    case 'replace-key': {
      const { keyId, entry: old } = heldBy(words[0] ?? '', role, authority)
      const next = await newKey(words[1], change)
      const named = next.owner === undefined && old?.owner !== undefined ? { ...next, owner: old.owner } : next
      const edits: TufEdit[] = [{ kind: 'key-replace', role, keyId, entry: named }]
      return old === undefined || parsed.text('sign') === 'no' ? { edits } : { edits, both: { old, next: named } }
    }
    default:
      return { edits: [{ kind: 'threshold', role, threshold: countOf(words[0], 'the threshold', 1, 512) }] }
  }
}

function thresholdEdit(parsed: Parsed, verb: string, role: string): TufEdit[] {
  const text = parsed.text('threshold')
  if (text === undefined) return []
  if (verb === 'threshold') throw usage(rolesCommand, 'the threshold is given twice')
  return [{ kind: 'threshold', role, threshold: countOf(text, '--threshold', 1, 512) }]
}

async function newKey(wanted: string | undefined, { desk, parsed, io, roles }: Change): Promise<KeyEntry> {
  const fromFile = await pemKey(parsed, io)
  if (fromFile !== undefined && wanted === undefined) return fromFile
  if (fromFile !== undefined) throw usage(rolesCommand, 'the new key is given twice: as KEY, and as --pem')
  if (wanted === undefined) throw usage(rolesCommand, 'the new key is missing: KEY, or --pem FILE --name OWNER')
  return namedKey(wanted, await knownKeys(desk, await roles(), io.signal), desk, io)
}

/** By the holder's name, by the fingerprint that every review shows, or by a key id; of these two the beginning will do. */
export function heldBy(who: string, role: string, authority: Authority): { keyId: string; entry?: KeyEntry } {
  const digits = who.toLowerCase().replaceAll(' ', '')
  const ids = authority.role.keyids.filter((id) => {
    const held = authority.keys.get(id)
    const names = [id, ...(held?.key === undefined ? [] : [toHex(fingerprintOf(held.key))])]
    return (
      id === who ||
      (held?.owner !== undefined && isSameName(held.owner, who)) ||
      (/^[0-9a-f]{8,}$/.test(digits) && names.some((name) => name.startsWith(digits)))
    )
  })
  const held = ids.flatMap((id) => authority.keys.get(id) ?? [])
  const [keyId] = ids
  const names = authority.role.keyids.map((id) => authority.keys.get(id)?.owner ?? id.slice(0, 8))
  if (keyId === undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${who} holds no key of ${role}`,
      hint: `its keys are held by: ${names.join(', ')}`,
    })
  }
  const [first, ...others] = held
  // Two ids of one key are one key.
  if (others.some((one) => one.key === undefined || first?.key === undefined || !isSameKey(one.key, first.key))) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${who} holds ${ids.length} keys of ${role}`,
      hint: `name one by its id: ${ids.map((id) => id.slice(0, 16)).join(' or ')}`,
    })
  }
  if (first?.key === undefined) return { keyId }
  const { key, owner, rehearsal } = first
  return { keyId, entry: { key, ...(owner === undefined ? {} : { owner }), ...(rehearsal ? { rehearsal } : {}) } }
}

// ---- both keys in turn ---------------------------------------------------------------------------------------------

async function signWithBoth(
  proposed: Answer,
  proposal: Proposal,
  { old, next }: NonNullable<Wanted['both']>,
  change: Change,
): Promise<Answer> {
  const { parsed, io } = change
  if (parsed.text('sign') === 'yes' && parsed.text('onto') !== undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message:
        'this builds on a candidate that somebody else may have written, and was proposed; it is not signed unseen',
      hint: 'review it: countersign review SOURCE ID; then, with each of both keys: countersign sign SOURCE ID --key KEY',
    })
  }
  if (parsed.text('sign') !== 'yes') {
    if (!io.isInteractive) return proposed
    for (const line of proposed.lines) io.note(line)
    const typed = await io.ask(
      'Sign it now with the old key and the new one? Type yes: ',
      'in a script there is --sign yes',
    )
    if (typed.trim().toLowerCase() !== 'yes') return proposed
  }
  let latest = proposal
  const signed: string[] = []
  for (const [which, entry] of [
    ['old', old],
    ['new', next],
  ] as const) {
    if (openEntries(latest, entry.key).length === 0) continue
    const signerId = await present(which, entry, change)
    const approval = await change.desk.approve(change.source, latest.id, signerId, change.source.transport, io.signal)
    latest = approval.proposal
    if (approval.remark !== undefined) io.note(approval.remark)
    signed.push(signerId)
    io.note(`signed with the ${which} key, ${signerId}`)
  }
  if (signed.length === 0) return proposed
  const lines = [`signed ${latest.title} with ${signed.join(' and ')}`, ...quorumsLines(latest.quorums)]
  return answer({ ...(proposed.data as object), signedWith: signed }, ...proposed.lines, '', ...lines)
}

/** A token that is in a drawer is asked for by name, and looked for again. */
async function present(which: 'old' | 'new', entry: KeyEntry, { desk, io, roles }: Change): Promise<string> {
  for (;;) {
    const known = (await knownKeys(desk, await roles(), io.signal)).filter(({ key }) => isSameKey(key, entry.key))
    const file = known.find(({ id }) => !isTokenSigner(id) && !id.startsWith('met:'))
    if (file !== undefined) return file.id
    const { tokens } = await desk.tokens.list(io.signal)
    const slot = tokens.flatMap(({ slots }) => slots).find(({ key }) => key !== undefined && isSameKey(key, entry.key))
    if (slot?.signerId !== undefined) return slot.signerId
    const token = known.find(({ id }) => isTokenSigner(id))
    const what = token === undefined ? `the token with the ${which} key` : `${token.label}, with the ${which} key`
    const typed = await io.ask(
      `Insert ${what}${entry.owner === undefined ? '' : ` of ${entry.owner}`}, and press Enter; or type "later": `,
      'insert it first, and repeat with --sign yes',
    )
    if (typed.trim().toLowerCase() === 'later') {
      throw new AppError({
        code: 'user/cancelled',
        message: `${what} is not here; the change waits, signed by those who have signed so far`,
        hint: 'sign it later: countersign sign SOURCE ID --key KEY',
      })
    }
  }
}

// Accepting an invitation: what would be written is shown first; then it is signed, and all of it becomes one change.
import { openEntries } from '../core/approve.ts'
import { toHex, utf8 } from '../core/bytes.ts'
import { sha256 } from '../core/crypto.ts'
import type { Proposal } from '../core/proposal.ts'
import type { PublicKey, Signer } from '../core/signer.ts'
import { approveAll } from '../core/sitting.ts'
import type { Context } from '../core/system.ts'
import { acceptedFiles, invitedFiles } from '../core/systems/tuf/layouts/tuf-on-ci/accept.ts'
import { checkUnchanged, overlay, snapshot, type Transport } from '../core/transport.ts'
import type { TufSource } from './desk.ts'

export interface Acceptance {
  /** As reviewers will see them; those that the new key signs come signed by it when it is accepted. */
  proposals: readonly Proposal[]
  /** More of the event that waits for this key. Accepting signs none of it: each is reviewed and signed by itself. */
  others: readonly Proposal[]
  /** Of everything that is shown. */
  digest: string
  /** Signs what was shown with the key, and writes; answers what was written, and what still waits for the key. */
  accept(signal: AbortSignal): Promise<Accepted>
}

export interface Accepted {
  proposals: readonly Proposal[]
  others: readonly Proposal[]
  files: readonly string[]
}

export async function prepareAcceptance(
  { transport, system }: TufSource,
  user: string,
  signer: Signer,
  context: Context,
): Promise<Acceptance> {
  const read = snapshot(transport)
  const { key, rehearsal } = signer
  const stage = staging(read)
  const files = await acceptedFiles(user, { key, ...(rehearsal ? { rehearsal } : {}) }, read, context)
  await stage.write(files, new Map(), 'accept', context.signal)
  // Fixed before anything is signed: an event may hold more that this key could sign, and nobody has read that here.
  const subjects = new Set(
    [...files.keys()].flatMap((name) => /^event\/metadata\/([^/]+)\.json$/.exec(name)?.[1] ?? []),
  )
  const look = async (signal: AbortSignal): Promise<Pick<Acceptance, 'proposals' | 'others'>> => {
    const { proposals } = await system.pending(stage, { ...context, signal })
    return {
      proposals: proposals.filter(({ subject }) => subjects.has(subject)),
      others: proposals.filter((one) => !subjects.has(one.subject) && isOpenTo(one, key)),
    }
  }
  const shown = await look(context.signal)
  return {
    ...shown,
    digest: await digestOf(shown),
    accept: async (signal) => {
      const mine = shown.proposals.filter((one) => isOpenTo(one, key)).map(({ id }) => id)
      const outcomes = await approveAll(mine, system, stage, stage, signer, { ...context, signal })
      for (const { error } of outcomes) if (error !== undefined) throw error
      await transport.write(stage.files, read.seen(stage.files.keys()), `${user} accepted invitation`, signal)
      const written = [...stage.files].flatMap(([name, bytes]) => (bytes === null ? [] : [name]))
      return { ...(await look(signal)), files: written }
    },
  }
}

function isOpenTo(proposal: Proposal, key: PublicKey): boolean {
  return openEntries(proposal, key).length > 0
}

async function digestOf({ proposals, others }: Pick<Acceptance, 'proposals' | 'others'>): Promise<string> {
  const ids = [proposals, others].map((some) => some.map(({ subject, digest }) => [subject, digest]))
  return toHex(await sha256(utf8(JSON.stringify(ids))))
}

export async function invite(
  { transport }: TufSource,
  user: string,
  roles: readonly string[],
  context: Context,
): Promise<void> {
  const read = snapshot(transport)
  const files = await invitedFiles(user, roles, read, context)
  await transport.write(files, read.seen(files.keys()), `${user} invited to ${roles.join(', ')}`, context.signal)
}

/** Several changes on top of what was read, before any of them is written. */
function staging(source: Transport): Transport & { files: ReadonlyMap<string, Uint8Array | null> } {
  const files = new Map<string, Uint8Array | null>()
  const now = (): Transport => overlay(source, files)
  return {
    files,
    list: (prefix, signal) => now().list(prefix, signal),
    read: (name, maxBytes, signal) => now().read(name, maxBytes, signal),
    write: async (more, base, _note, signal) => {
      for (const [name, was] of base)
        checkUnchanged(name, was, (await now().read(name, was?.length ?? 0, signal)) ?? null)
      for (const [name, bytes] of more) files.set(name, bytes)
    },
  }
}

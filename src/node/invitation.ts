// Accepting an invitation: what would be written is shown first; then it is signed, and all of it becomes one change.
import { approve, openEntries } from '../core/approve.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Signer } from '../core/signer.ts'
import type { Context } from '../core/system.ts'
import { acceptedFiles, invitedFiles } from '../core/systems/tuf/layouts/tuf-on-ci/accept.ts'
import { checkUnchanged, overlay, snapshot, type Transport } from '../core/transport.ts'
import type { OpenSource } from './desk.ts'

export interface Acceptance {
  /** As reviewers will see them; those that the new key signs come signed by it when it is accepted. */
  proposals: readonly Proposal[]
  /** Signs with the key, and writes; answers what was written. */
  accept(signal: AbortSignal): Promise<{ proposals: readonly Proposal[]; files: readonly string[] }>
}

export async function prepareAcceptance(
  { transport, system }: OpenSource,
  user: string,
  signer: Signer,
  context: Context,
): Promise<Acceptance> {
  const read = snapshot(transport)
  const { key, rehearsal } = signer
  const stage = staging(read)
  const files = await acceptedFiles(user, { key, ...(rehearsal ? { rehearsal } : {}) }, read, context)
  await stage.write(files, new Map(), 'accept', context.signal)
  const touched = async (): Promise<Proposal[]> =>
    (await system.pending(stage, context)).proposals.filter(({ subject }) =>
      [...stage.files.keys()].includes(`event/metadata/${subject}.json`),
    )
  return {
    proposals: await touched(),
    accept: async (signal) => {
      for (const { id, ...proposal } of (await system.pending(stage, context)).proposals)
        if (openEntries({ id, ...proposal }, key).length > 0)
          await approve(id, system, stage, stage, signer, { ...context, signal })
      await transport.write(stage.files, read.seen(stage.files.keys()), `${user} accepted invitation`, signal)
      const written = [...stage.files].flatMap(([name, bytes]) => (bytes === null ? [] : [name]))
      return { proposals: await touched(), files: written }
    },
  }
}

export async function invite(
  { transport }: OpenSource,
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

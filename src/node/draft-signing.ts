// A draft that is signed before it is written anywhere: the same checks as for a candidate that waits, over the source as it
// would be.
import { findProposal, openEntries } from '../core/approve.ts'
import { isEqualBytes, toHex } from '../core/bytes.ts'
import { sha256 } from '../core/crypto.ts'
import { AppError } from '../core/error.ts'
import { isSameKey } from '../core/key.ts'
import type { Proposal } from '../core/proposal.ts'
import type { PublicKey, Purpose, Signer } from '../core/signer.ts'
import { approveAll } from '../core/sitting.ts'
import type { Context } from '../core/system.ts'
import { parseEnvelope } from '../core/systems/tuf/envelope.ts'
import { pendingProposals } from '../core/systems/tuf/pending.ts'
import { authorityOver, keeperOf } from '../core/systems/tuf/standing.ts'
import { limitOf } from '../core/systems/tuf/subject.ts'
import { trusted } from '../core/systems/tuf/trusted.ts'
import { type Files, overlay, snapshot, type Transport } from '../core/transport.ts'
import { visible } from '../core/visible.ts'
import type { OpenSource, TufSource } from './desk.ts'
import type { Prepared } from './prepared.ts'

export interface SignedDraft {
  files: Files
  /** In the order of the ids. */
  proposals: readonly Proposal[]
}

/** The first of these must be signed by this key; what comes along is signed where it may. */
export async function signDraft(
  { files, ids }: Prepared,
  findSigner: (proposals: readonly Proposal[]) => Promise<Signer>,
  { system, transport }: OpenSource,
  context: Context,
): Promise<SignedDraft> {
  const staged = stagedOver(snapshot(transport), files)
  const found = (): Promise<Proposal[]> => Promise.all(ids.map((id) => findProposal(id, system, staged, context)))
  const [proposal, ...along] = await found()
  if (proposal === undefined) throw new AppError({ code: 'internal/bug', message: 'a draft without a proposal' })
  const signer = await findSigner([proposal, ...along])
  const mine = [proposal, ...along.filter((one) => openEntries(one, signer.key).length > 0)]
  const wanted = mine.map(({ id }) => id)
  const outcomes = await approveAll(wanted, system, staged, staged, signer, context)
  for (const { error } of outcomes) if (error !== undefined) throw error
  return { files: staged.files(), proposals: await found() }
}

function stagedOver(under: Transport, files: Files): Transport & { files(): Files } {
  const held = new Map(files)
  return {
    list: (prefix, signal) => overlay(under, held).list(prefix, signal),
    read: (name, maxBytes, signal) => overlay(under, held).read(name, maxBytes, signal),
    write: async (changes) => {
      for (const [name, bytes] of changes) held.set(name, bytes)
    },
    files: () => held,
  }
}

/** For the PIN: what all of it is. For each touch: what this one signs. */
export function purposeOf(proposals: readonly Proposal[], { pinned }: OpenSource): Purpose {
  const words = ({ title, headline }: Proposal): string => `${title}, ${pinned.name}: ${headline}`
  const [only, other] = proposals
  if (only !== undefined && other === undefined) return words(only)
  return {
    all: `${proposals.length} changes of ${pinned.name}: ${proposals.map(({ title }) => title).join(', ')}`,
    of: (message) => {
      const found = proposals.find(({ payload }) => isEqualBytes(payload, message))
      return found === undefined ? pinned.name : words(found)
    },
  }
}

/** The ids under which a key may take back what waits for a subject: in force, keeping order, or in the candidate itself. */
export async function idsOver(
  subject: string,
  key: PublicKey,
  { layout, transport }: TufSource,
  context: Context,
): Promise<string[]> {
  const now = trusted(layout, transport, context)
  const over = (await authorityOver(subject, now)) ?? (await keeperOf(subject, now))
  const inForce = (over?.role.keyids ?? []).filter((id) => {
    const held = over?.keys.get(id)?.key
    return held !== undefined && isSameKey(held, key)
  })
  const { proposals } = await pendingProposals(layout, transport, context, now)
  const quorums = proposals.find((one) => one.subject === subject)?.quorums ?? []
  const own = quorums.flatMap(({ keys }) =>
    keys.filter((entry) => entry.key !== undefined && isSameKey(entry.key, key)).flatMap(({ ids }) => ids),
  )
  const ids = [...new Set([...inForce, ...own])]
  if (ids.length > 0) return ids
  throw new AppError({
    code: 'signer/wrong-key',
    message: `this key decides nothing about ${subject}`,
    hint: 'withdraw it with a key that could sign it',
  })
}

/** Of what waits before anybody is asked: what takes its place meanwhile is not what they meant. */
export async function digestThere(
  { layout, transport }: TufSource,
  subject: string,
  signal: AbortSignal,
): Promise<string> {
  const bytes = await transport.read(layout.candidateName(subject), limitOf(subject), signal)
  if (bytes !== undefined) return toHex(await sha256(parseEnvelope(bytes, visible(subject)).payload))
  throw new AppError({
    code: 'trust/changed',
    message: `what waited for ${visible(subject)} is not there any more`,
    hint: 'look at what waits now',
  })
}

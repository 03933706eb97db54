// The root in force and the one that waits, as a ceremony speaks of them: thresholds, keys, and whose they are.
import { toHex } from '../../../core/bytes.ts'
import type { CeremonyKind, RootFacts, RootKey } from '../../../core/ceremony/templates/facts.ts'
import { keysBeyond } from '../../../core/ceremony/templates/facts.ts'
import { AppError } from '../../../core/error.ts'
import { fingerprintOf, isSameKey } from '../../../core/key.ts'
import type { Quorum, QuorumKey } from '../../../core/proposal.ts'
import type { PublicKey } from '../../../core/signer.ts'
import { visible } from '../../../core/visible.ts'
import type { Desk } from '../../../node/desk.ts'
import type { Holder } from '../../../node/enrolled-file.ts'
import type { Io, Parsed } from '../../command.ts'
import { openTufSource } from '../../session.ts'
import { quoted } from '../../text.ts'

export interface Roots {
  repository: string
  anchor: { title: string; digest: string } | null
  before?: RootFacts
  after?: RootFacts
  /** Of both, for whoever is looked for by name. */
  keys: readonly QuorumKey[]
}

export async function readRoots(
  kind: CeremonyKind,
  parsed: Parsed,
  desk: Desk,
  holders: readonly Holder[],
  io: Io,
): Promise<Roots> {
  const name = parsed.text('repository')
  if (kind === 'first-root')
    return { repository: named(name, 'NAME is what it will be called'), anchor: null, keys: [] }
  if (name === undefined && kind === 'rehearsal') return { repository: 'practice', anchor: null, keys: [] }
  const text = named(name, 'NAME is the pinned repository whose root is changed')
  const source = await openTufSource(desk, { ...parsed, positionals: [text] }, io.signal)
  const state = await desk.state(source, io.signal)
  const inForce = state.roles.find((role) => role.name === 'root')?.quorum
  const { title, digest } = state.anchor
  const proposal = (await desk.pending(source, io.signal)).proposals.find(({ subject }) => subject === 'root')
  const next = proposal?.quorums.at(-1)
  const roots: Roots = {
    repository: source.pinned.name,
    anchor: { title, digest },
    ...(inForce === undefined ? {} : { before: factsOf(title, inForce, holders) }),
    ...(proposal === undefined || next === undefined ? {} : { after: factsOf(proposal.title, next, holders) }),
    keys: [...(inForce?.keys ?? []), ...(next?.keys ?? [])],
  }
  checkKind(kind, roots, text)
  return roots
}

function named(name: string | undefined, what: string): string {
  if (name !== undefined && name.trim() !== '') return name
  throw new AppError({
    code: 'usage/invalid',
    message: 'it is not said for which repository this script is',
    hint: `add --repository NAME: ${what}`,
  })
}

function factsOf(title: string, { threshold, keys }: Quorum, holders: readonly Holder[]): RootFacts {
  // A key of a kind that is not known can sign nothing here: it is not one of those that count.
  return {
    title,
    threshold,
    keys: keys.flatMap((one) => (one.key === undefined ? [] : [rootKey(one, one.key, holders)])),
  }
}

/** By the name under which the key is enrolled, else by the one that the root gives its owner. */
function rootKey({ owner, label, ids }: QuorumKey, key: PublicKey, holders: readonly Holder[]): RootKey {
  const enrolled = holders.find(({ keys }) => keys.some((one) => isSameKey(one.key, key)))?.name
  const name = enrolled ?? owner ?? `the ${label} key ${ids[0]?.slice(0, 8) ?? ''}`
  return { id: idOf(key), holder: visible(name).slice(0, 100) }
}

export function idOf(key: PublicKey): string {
  return toHex(fingerprintOf(key))
}

/** A script for something else than what waits would be read aloud for nothing. */
function checkKind(kind: CeremonyKind, { before, after }: Roots, name: string): void {
  if (kind === 'rotation' && after === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: `no change of root waits in ${name}`,
      hint: `propose it first, for example: countersign roles ${quoted(name)} replace-key root WHO KEY`,
    })
  }
  if (before === undefined || after === undefined) return
  const moved = keysBeyond(before.keys, after.keys).length + keysBeyond(after.keys, before.keys).length
  const isRotation = moved > 0 || before.threshold !== after.threshold
  if (kind === 'renewal' && isRotation) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${after.title}, which waits in ${name}, changes keys or threshold: that is no renewal`,
      hint: 'make a script for it: countersign ceremony new rotation',
    })
  }
  if (kind === 'rotation' && !isRotation) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${after.title}, which waits in ${name}, changes no key and no threshold: that is a renewal`,
      hint: 'make a script for it: countersign ceremony new renewal',
    })
  }
}

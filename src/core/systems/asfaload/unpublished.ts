// What enough keys have signed on a mirror, and nobody has published: it counts for people, though its names say that it waits.
import { toHex } from '../../bytes.ts'
import { sha512 } from '../../crypto.ts'
import { isVerdict } from '../../error.ts'
import { areMet, type Quorum } from '../../proposal.ts'
import type { Chain } from './chain.ts'
import { releaseQuorums, revocationQuorums } from './conditions.ts'
import { markedBy } from './marks.ts'
import { maxBytes, pendingRevocation, pendingSignatures } from './names.ts'
import { type Project, readSigned } from './project.ts'
import { parseRevocation } from './revocation.ts'
import { everyKey } from './signers-file.ts'

interface Place {
  project: Project
  chain: Chain
}

/** Undefined: none waits, it is of other bytes, or not enough have signed it. One that cannot be read decides nothing. */
export async function agreedRevocation(
  path: string,
  bytes: Uint8Array,
  { project, chain }: Place,
): Promise<{ at: string; quorums: readonly Quorum[] } | undefined> {
  const name = pendingRevocation(path)
  const document = project.isOld ? undefined : await project.read(name, maxBytes.revocation)
  if (document === undefined) return undefined
  try {
    const { digest, timestamp } = parseRevocation(document, name)
    if (digest !== toHex(await sha512(bytes))) return undefined
    const quorums = revocationQuorums(chain.current, await waitingMarks(name, document, { project, chain }))
    return areMet(quorums) ? { at: timestamp.text, quorums } : undefined
  } catch (error) {
    if (isVerdict(error)) return undefined
    throw error
  }
}

export async function isAgreedRelease(path: string, bytes: Uint8Array, place: Place): Promise<boolean> {
  return areMet(releaseQuorums(place.chain.current, await waitingMarks(path, bytes, place)))
}

async function waitingMarks(name: string, bytes: Uint8Array, { project, chain: { current } }: Place) {
  const { signatures } = await readSigned(project, pendingSignatures(name))
  return markedBy({ bytes, signatures }, { keys: everyKey(current), generation: current.generation })
}

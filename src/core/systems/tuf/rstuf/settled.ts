// Whether a document that is not shown any more can have gone because it is complete: counted by signatures that verify with the
// keys in force. Where that cannot be told it is not so: a signature that was lost must not look like one that was taken.
import { AppError } from '../../../error.ts'
import { isMet } from '../../../proposal.ts'
import type { Authority } from '../authority.ts'
import { stepTo } from '../delegation.ts'
import { parseEnvelope } from '../envelope.ts'
import { type Metadata, parseMetadata, type Root } from '../metadata.ts'
import { quorumOf } from '../verify.ts'

/** `trusted`: what the service says is in force, of root for root, else of targets. */
export async function canBeComplete(
  role: string,
  document: Uint8Array,
  trusted: Uint8Array | undefined,
): Promise<boolean> {
  try {
    const judges = judgesOf(role, document, trusted)
    const envelope = parseEnvelope(document, role)
    const quorums = await Promise.all(judges.map((judge) => quorumOf(role, envelope, judge.keys, judge.role)))
    return quorums.length > 0 && quorums.every(isMet)
  } catch (thrown) {
    // What cannot be read, and so cannot be counted.
    if (thrown instanceof AppError) return false
    throw thrown
  }
}

/** Who must have signed; none where it is not known here. Targets are judged by a root, which is not shown while they wait. */
function judgesOf(role: string, document: Uint8Array, trusted: Uint8Array | undefined): Authority[] {
  if (role === 'root') {
    const next = parseMetadata(document, 'root', role)
    // Only the first root has no other before it.
    if (trusted === undefined) return next.signed.version === 1 ? rootJudge(next) : []
    const before = rootJudge(parseMetadata(trusted, 'root', role))
    return before.length === 0 ? [] : [...before, ...rootJudge(next)]
  }
  if (trusted === undefined || role === 'targets') return []
  const { delegations } = parseMetadata(trusted, 'targets', 'targets').signed
  const step = delegations === undefined ? undefined : stepTo(role, delegations)
  return step === undefined ? [] : [{ keys: step.keys, role: step.role }]
}

function rootJudge({ signed }: Metadata<Root>): Authority[] {
  const role = signed.roles.get('root')
  return role === undefined ? [] : [{ keys: signed.keys, role }]
}

// Whether a document that is not shown any more can have gone because it is complete: counted by ids, as the service does.
// Who has really signed is judged where it is reviewed.
import { AppError } from '../../../error.ts'
import { stepTo } from '../delegation.ts'
import { parseEnvelope, type TufSignature } from '../envelope.ts'
import { parseMetadata, type RoleKeys } from '../metadata.ts'
import { typeOf } from '../names.ts'

/**
 * `document`: as it was last shown; `sent`: the signatures that came to it from here. `trusted`: what the service says is in
 * force, of root for root, else of targets.
 */
export function canBeComplete(
  role: string,
  document: Uint8Array,
  sent: readonly TufSignature[],
  trusted: Uint8Array | undefined,
): boolean {
  const all = [...parseEnvelope(document, role).signatures, ...sent]
  const signed = new Set(all.flatMap(({ keyid, sig }) => (sig === '' ? [] : [keyid])))
  return rolesOver(role, document, trusted).every(
    ({ keyids, threshold }) => new Set(keyids.filter((id) => signed.has(id))).size >= threshold,
  )
}

function rolesOver(role: string, document: Uint8Array, trusted: Uint8Array | undefined): RoleKeys[] {
  try {
    if (role === 'root') {
      const judges = [document, ...(trusted === undefined ? [] : [trusted])]
      return judges.flatMap((bytes) => parseMetadata(bytes, 'root', role).signed.roles.get('root') ?? [])
    }
    if (trusted === undefined || typeOf(role) !== 'targets' || role === 'targets') return []
    const { delegations } = parseMetadata(trusted, 'targets', 'targets').signed
    const step = delegations === undefined ? undefined : stepTo(role, delegations)
    return step === undefined ? [] : [step.role]
  } catch (thrown) {
    // What cannot be read asks for nothing here; it was refused where it was reviewed.
    if (thrown instanceof AppError) return []
    throw thrown
  }
}

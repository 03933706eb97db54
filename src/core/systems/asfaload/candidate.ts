// A change that waits, with all that belongs to it: what is signed, by whom it is judged, and where its signatures go.
import { concatBytes, toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import type { ErrorData } from '../../error.ts'
import { byRisk, type Finding, type Proposal, type Quorum, worstRisk } from '../../proposal.ts'
import type { Difference } from './diff/difference.ts'

/** One file that is signed, and the file or folder for its signatures. */
export interface ToSign {
  name: string
  bytes: Uint8Array
  signaturesName: string
}

export interface Parts {
  subject: string
  title: string
  headline: string
  before?: Uint8Array
  /** The first is what changes; a second one goes with it and is signed in the same act. */
  signed: readonly [ToSign, ...ToSign[]]
  difference: Difference
  findings: readonly Finding[]
  quorums: readonly Quorum[]
  blocked?: ErrorData
  /** As received, by their names below the project's root. */
  files: ReadonlyMap<string, Uint8Array>
}

/** Everything that will be signed is in the payload, so that nothing of it can be exchanged under the same fingerprint. */
export async function assemble(folder: string, parts: Parts): Promise<Proposal> {
  const { subject, title, headline, before, signed, difference, quorums, blocked } = parts
  const payload = signed.length === 1 ? signed[0].bytes : concatBytes(...signed.map(({ bytes }) => bytes))
  const digest = toHex(await sha256(payload))
  const findings = [...parts.findings].sort(byRisk)
  const changes = [...difference.changes].sort(byRisk)
  return {
    id: `${subject}/${digest}`,
    system: 'asfaload',
    ...{ subject, title, headline, payload, digest, changes, findings, quorums },
    risk: worstRisk([...changes, ...findings].map(({ risk }) => risk)),
    unchanged: difference.unchanged,
    ...(blocked === undefined ? {} : { blocked }),
    ...(before === undefined ? {} : { before }),
    after: signed[0].bytes,
    parts: new Map([...parts.files].map(([name, bytes]) => [folder + name, bytes])),
  }
}

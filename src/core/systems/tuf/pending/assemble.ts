// What every kind of candidate becomes: a proposal, with its digest, its risk, and the reason why nobody should sign it.
import { toHex } from '../../../bytes.ts'
import { sha256 } from '../../../crypto.ts'
import { AppError, type ErrorData } from '../../../error.ts'
import { byRisk, type Finding, type Proposal, type Quorum, type SystemId, worstRisk } from '../../../proposal.ts'
import type { MetadataDiff } from '../diff/diff.ts'
import type { Envelope } from '../envelope.ts'

export interface Parts {
  /** TUF, unless it says so. */
  system?: SystemId
  subject: string
  title: string
  before: Uint8Array | undefined
  after: Pick<Envelope, 'bytes' | 'payload'>
  diff: MetadataDiff
  findings: readonly Finding[]
  quorums: readonly Quorum[]
  blocked: ErrorData | undefined
}

export async function assemble(parts: Parts): Promise<Proposal> {
  const { system = 'tuf', subject, title, before, after, diff, quorums, blocked } = parts
  const digest = toHex(await sha256(after.payload))
  const findings = [...parts.findings].sort(byRisk)
  return {
    id: `${subject}/${digest}`,
    system,
    subject,
    title,
    headline: diff.headline,
    risk: worstRisk([diff.risk, ...findings.map((finding) => finding.risk)]),
    payload: after.payload,
    digest,
    changes: diff.changes,
    unchanged: diff.unchanged,
    findings,
    quorums,
    ...(blocked === undefined ? {} : { blocked }),
    ...(before === undefined ? {} : { before }),
    after: after.bytes,
  }
}

export function checkNextVersion(name: string, before: number, is: number): void {
  const expected = before + 1
  if (is === expected) return
  throw new AppError({
    // Being overtaken by another change is an everyday event; only a jump is a fault of the file.
    code: is < expected ? 'trust/changed' : 'trust/rollback',
    message: `${name} is version ${is}, the next version is ${expected}`,
    hint:
      is < expected
        ? 'this change was overtaken; make it again on top of what is published'
        : 'versions must not jump; make it again',
    data: { is, expected },
  })
}

// Whether a time stamp is by an authority that somebody trusts: the way from its certificate up to one of theirs.
import { isEqualBytes } from '../bytes.ts'
import { basicConstraints, type Certificate, isSignedBy, mayIssue } from '../certificate.ts'
import { isVerdict } from '../error.ts'
import type { TimeStamp } from './verify.ts'

const maxSteps = 6

/** At the time of the stamp: later all of them expire. */
export async function isByAuthority(
  { certificate, others, at }: TimeStamp,
  authorities: readonly Certificate[],
): Promise<boolean> {
  let lowest = certificate
  for (let below = 0; below < maxSteps; below++) {
    if (authorities.some(({ der }) => isEqualBytes(der, lowest.der))) return true
    const next = await issuerOf(lowest, [...authorities, ...others], at, below)
    if (next === undefined) return false
    lowest = next
  }
  return false
}

async function issuerOf(
  certificate: Certificate,
  candidates: readonly Certificate[],
  at: Date,
  below: number,
): Promise<Certificate | undefined> {
  for (const one of candidates) {
    const isRight = isEqualBytes(one.subject, certificate.issuer) && one.notBefore <= at && at <= one.notAfter
    if (isRight && mayIssueBelow(one, below) && (await isSigned(certificate, one))) return one
  }
  return undefined
}

function mayIssueBelow(certificate: Certificate, below: number): boolean {
  const constraints = basicConstraints(certificate, 'an authority')
  return constraints?.isCa === true && below <= (constraints.maxBelow ?? below) && mayIssue(certificate, 'an authority')
}

async function isSigned(certificate: Certificate, issuer: Certificate): Promise<boolean> {
  try {
    return await isSignedBy(certificate, issuer.spki, 'a certificate')
  } catch (thrown) {
    if (isVerdict(thrown)) return false
    throw thrown
  }
}

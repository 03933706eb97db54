// Whether a time stamp is by an authority that somebody trusts: the way from its certificate up to one of theirs.
import { isEqualBytes, toHex } from '../bytes.ts'
import { basicConstraints, type Certificate, isSignedBy, mayIssue } from '../certificate.ts'
import { isVerdict } from '../error.ts'
import { DerReader, tags } from './der-reader.ts'
import { extendedKeyUsage, forStamps, type TimeStamp } from './verify.ts'

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
  return (
    constraints?.isCa === true &&
    below <= (constraints.maxBelow ?? below) &&
    mayIssue(certificate, 'an authority') &&
    mayLeadToStamps(certificate)
  )
}

/** Basic constraints, key usage, policies and the purposes below: a limit of another kind must not be passed over. */
const known: ReadonlySet<string> = new Set(['551d13', '551d0f', '551d20', extendedKeyUsage])
const anyPurpose = '551d2500'

/** Whoever may issue for the web alone has no say about the time. */
function mayLeadToStamps({ extensions }: Certificate): boolean {
  if ([...extensions].some(([name, { critical }]) => critical && !known.has(name))) return false
  const usage = extensions.get(extendedKeyUsage)
  if (usage === undefined) return true
  const list = new DerReader(usage.value, 'an authority').inside(tags.sequence)
  const purposes = new Set<string>()
  while (!list.isAtEnd) purposes.add(toHex(list.take(tags.oid)))
  return purposes.has(forStamps) || purposes.has(anyPurpose)
}

async function isSigned(certificate: Certificate, issuer: Certificate): Promise<boolean> {
  try {
    return await isSignedBy(certificate, issuer.spki, 'a certificate')
  } catch (thrown) {
    if (isVerdict(thrown)) return false
    throw thrown
  }
}

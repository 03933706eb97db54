// The proof that a key was made on a token, checked offline: the token's statement, its own certificate (slot f9), the
// vendor's authorities above it. A proof that does not fit is refused; one whose root is not known here says so.
import { isEqualBytes } from '../../core/bytes.ts'
import {
  basicConstraints,
  type Certificate,
  commonName,
  isSignedBy,
  mayIssue,
  parseCertificate,
} from '../../core/certificate.ts'
import { AppError } from '../../core/error.ts'
import { keyLabel } from '../../core/key.ts'
import type { PublicKey } from '../../core/signer.ts'
import type { Attestation } from '../../core/token.ts'
import { nameOf, type VendorRoots } from '../vendor-roots.ts'
import { advisoriesFor } from './advisories.ts'
import { differs, parseFirmware, parseStatement, vendorArc } from './attestation-statement.ts'

export interface Proof {
  /** DER: what the token says of the key. */
  statement: Uint8Array
  /** DER: the certificate in slot f9. */
  device: Uint8Array
  /** DER: authorities between device and root that are not built in. None of them is trusted by itself. */
  intermediates?: readonly Uint8Array[]
  /** "9c" */
  slot: string
  /** The key that will be trusted. */
  key: PublicKey
  /** What the card answered. A key in slot f9 can be that of a whole batch: only the serial names the one token. */
  serial?: number
  roots: VendorRoots
  /** DER: the root of the practice token, where one is plugged in. */
  rehearsalRoot?: Uint8Array
  now: Date
}

type Verdict = Attestation['verdict']

interface Path {
  verdict: Verdict
  /** The device's certificate, then the authorities above it; the root is not among them. */
  certificates: readonly Certificate[]
  /** Absent when the root is not known here. */
  root?: Certificate
  /** For people. */
  rootName: string
}

export async function verifyAttestation(proof: Proof): Promise<Attestation> {
  const statement = parseCertificate(proof.statement, 'the proof')
  const device = parseCertificate(proof.device, 'the certificate of the token')
  // 1. The token signed the statement.
  await verifyIssued(statement, device, 'the proof')
  // 2. Somebody signed for the token, up to a root; where a name is known here, so is its key.
  const path = await findPath(device, proof)
  // 3. Nobody on the way signed what they may not sign, nor out of time.
  const firmware = parseFirmware(statement)
  verifyAuthorities(path, firmware)
  verifyPurpose(path)
  for (const certificate of [statement, ...path.certificates]) verifyCriticalExtensions(certificate)
  for (const certificate of [statement, ...path.certificates, ...(path.root ? [path.root] : [])]) {
    verifyTime(certificate, proof.now)
  }
  // 4. The statement speaks of this key, in this slot, on this token.
  if (!isEqualBytes(statement.spki, proof.key.spki)) throw differs('the proof is for another key')
  const said = parseStatement(statement, device, { slot: proof.slot, serial: proof.serial })
  return {
    verdict: path.verdict,
    root: path.rootName,
    key: proof.key,
    slot: proof.slot,
    firmware,
    ...said,
    advisories: advisoriesFor(firmware, keyLabel(proof.key)),
    certificates: [proof.statement, proof.device, ...givenOf(path, proof)],
  }
}

// ---- the chain -----------------------------------------------------------------------------------------------------

async function verifyIssued(certificate: Certificate, issuer: Certificate, what: string): Promise<void> {
  if (!isEqualBytes(certificate.issuer, issuer.subject)) {
    throw forged(`${what} names ${nameOf(certificate.issuer)} as its signer, not ${nameOf(issuer.subject)}`)
  }
  if (!(await isSignedBy(certificate, issuer.spki, what))) {
    throw forged(`${what} was not signed by ${nameOf(issuer.subject)}, whom it names`)
  }
}

/** Longer than any vendor's chain. */
const maxAuthorities = 5

async function findPath(device: Certificate, proof: Proof): Promise<Path> {
  const practice = proof.rehearsalRoot === undefined ? [] : [parseCertificate(proof.rehearsalRoot, 'the practice root')]
  const given = (proof.intermediates ?? []).map((der) => parseCertificate(der, 'a certificate given with the proof'))
  const groups: readonly { verdict?: Verdict; certificates: readonly Certificate[] }[] = [
    { verdict: 'verified', certificates: proof.roots.roots },
    { verdict: 'rehearsal', certificates: practice },
    { certificates: proof.roots.intermediates },
    { certificates: given },
  ]
  const certificates = [device]
  for (let top = device; certificates.length <= maxAuthorities; ) {
    let isNamed = false
    let next: Certificate | undefined
    for (const { verdict, certificates: candidates } of groups) {
      for (const candidate of candidates) {
        if (!isEqualBytes(candidate.subject, top.issuer)) continue
        isNamed = true
        if (!(await isSignedBy(top, candidate.spki, nameOf(top.subject)))) continue
        if (verdict !== undefined)
          return { verdict, certificates, root: candidate, rootName: nameOf(candidate.subject) }
        next ??= candidate
      }
    }
    if (next === undefined) {
      const isOwn = isEqualBytes(top.subject, top.issuer)
      // A known name with another key is a forgery, not a stranger; so is a stranger who did not even sign itself.
      if (isNamed || (isOwn && !(await isSignedBy(top, top.spki, nameOf(top.subject))))) {
        throw forged(`${nameOf(top.subject)} was not signed by ${nameOf(top.issuer)}, whom it names`)
      }
      return { verdict: 'unknown-root', certificates, rootName: nameOf(top.issuer) }
    }
    certificates.push(next)
    top = next
  }
  throw forged(`more than ${maxAuthorities} authorities stand above the token`)
}

/**
 * RFC 5280 6.1.4 (k) to (n). The root's own limit is not applied: a root is a name and a key (6.1.1 d), and the vendor
 * published one root twice, once with a limit that none of its tokens keeps.
 */
function verifyAuthorities({ certificates, root }: Path, firmware: string): void {
  certificates.forEach((certificate, below) => {
    const name = nameOf(certificate.subject)
    const constraints = basicConstraints(certificate, name)
    const isEarlyToken =
      // Some YubiKeys 4 left the factory with a certificate that does not say whether it is an authority.
      constraints === undefined && certificates.length === 1 && firmware.startsWith('4.') && isPivToken(certificate)
    if (constraints?.isCa !== true && !isEarlyToken) throw forged(`${name} is not an authority, yet signed`)
    if (constraints?.maxBelow !== undefined && constraints.maxBelow < below) {
      throw forged(`${name} allows ${constraints.maxBelow} authorities below it, ${below} are there`)
    }
    if (!mayIssue(certificate, name)) throw forged(`the key of ${name} may not sign certificates`)
  })
  if (root !== undefined && basicConstraints(root, 'the root')?.isCa !== true) {
    throw forged(`${nameOf(root.subject)} is not an authority, yet signed`)
  }
}

const isPivToken = (certificate: Certificate): boolean =>
  commonName(certificate.subject)?.includes('PIV Attestation') === true

/** The vendor's new root also stands above FIDO and OpenPGP; only what was signed for PIV may speak of PIV keys. */
function verifyPurpose({ verdict, certificates, root }: Path): void {
  const [device, issuer = root] = certificates
  if (verdict !== 'verified' || device === undefined || issuer === undefined) return
  if (isPivToken(device) || commonName(issuer.subject)?.includes('PIV') === true) return
  throw forged(`${nameOf(issuer.subject)} does not speak for PIV keys`)
}

const knownCritical: ReadonlySet<string> = new Set(['551d13', '551d0f', '551d0e', '551d23'])

function verifyCriticalExtensions(certificate: Certificate): void {
  for (const [id, { critical }] of certificate.extensions) {
    if (!critical || knownCritical.has(id) || id.startsWith(vendorArc)) continue
    throw new AppError({
      code: 'format/unsupported',
      message: `the certificate of ${nameOf(certificate.subject)} has a condition that is not known here`,
      data: { extension: id },
    })
  }
}

function verifyTime(certificate: Certificate, now: Date): void {
  if (now >= certificate.notBefore && now <= certificate.notAfter) return
  const [from, until] = [certificate.notBefore, certificate.notAfter].map((time) => time.toISOString().slice(0, 10))
  throw new AppError({
    code: 'trust/expired',
    message: `the certificate of ${nameOf(certificate.subject)} is valid from ${from} until ${until}, not now`,
    hint: 'check the date and time of this computer',
    data: { from: from ?? '', until: until ?? '' },
  })
}

/** What was used on the way and is not built in: without it the proof cannot be checked again. */
function givenOf(path: Path, { roots }: Proof): Uint8Array[] {
  const [, ...authorities] = path.certificates
  return authorities.filter((one) => !roots.intermediates.includes(one)).map((one) => one.der)
}

function forged(message: string): AppError {
  return new AppError({
    code: 'trust/bad-signature',
    message,
    hint: 'do not enrol this key: use another token, and ask where this one came from',
  })
}

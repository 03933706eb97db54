// Which keys a token holds, told without any PIN: private keys hide behind it on most tokens, so a public key or a
// certificate stands for its pair, joined by CKA_ID.
import { isEqualBytes, toHex } from '../../core/bytes.ts'
import { toAppError } from '../../core/error.ts'
import { isSameKey, keyLabel } from '../../core/key.ts'
import type { PublicKey } from '../../core/signer.ts'
import type { PinPolicy } from '../../core/token.ts'
import type { Pkcs11Mechanism, Pkcs11Object, Pkcs11Session } from './port.ts'
import {
  algorithmOf,
  canBePair,
  hasPublicPart,
  mechanismOfScheme,
  parseCertificate,
  publicKeyOfObject,
} from './public-key.ts'

export interface Pkcs11Key {
  /** CKA_ID in hex. */
  id: string
  label: string
  algorithm: string
  /** Present when it can sign here; otherwise `why` says why not. */
  key?: PublicKey
  why?: string
  pinPolicy?: PinPolicy
  origin?: 'generated' | 'imported'
  certificate?: string
}

/** Yubico's module shows the key that attests others as if it could sign; only its private half, after the PIN, says no. */
const onlyAttests: ReadonlySet<string> = new Set(['Public key for PIV Attestation', 'Private key for PIV Attestation'])

interface Bundle {
  id: Uint8Array
  privates: Pkcs11Object[]
  publics: Pkcs11Object[]
  certificates: Pkcs11Object[]
}

export function readKeys(
  session: Pkcs11Session,
  can: ReadonlySet<Pkcs11Mechanism>,
  loginRequired: boolean,
): Pkcs11Key[] {
  const bundles = new Map<string, Bundle>()
  const bundleOf = ({ id }: Pkcs11Object): Bundle => {
    const name = toHex(id)
    const bundle = bundles.get(name) ?? { id, privates: [], publics: [], certificates: [] }
    bundles.set(name, bundle)
    return bundle
  }
  for (const object of session.find('private-key')) bundleOf(object).privates.push(object)
  for (const object of session.find('public-key')) bundleOf(object).publics.push(object)
  for (const object of session.find('certificate')) {
    // A store of trusted authorities is no list of keys that sign here.
    const standsForKey = loginRequired && object.isAuthority !== true && object.id.length > 0
    if (standsForKey || bundles.has(toHex(object.id))) bundleOf(object).certificates.push(object)
  }
  // Modules tell their objects in any order, another one each time.
  const ordered = [...bundles].sort(([a], [b]) => (a < b ? -1 : 1))
  return ordered.map(([, bundle]) => toKey(bundle, can, loginRequired))
}

function toKey(bundle: Bundle, can: ReadonlySet<Pkcs11Mechanism>, loginRequired: boolean): Pkcs11Key {
  const { privates, publics, certificates } = bundle
  const [half] = privates
  const named = [...privates, ...publics, ...certificates]
  const certificate = subjectOf(certificates)
  const shown = {
    id: toHex(bundle.id),
    label: named.map((object) => object.label).find((label) => label !== '') ?? '',
    ...(half === undefined ? {} : { pinPolicy: pinPolicyOf(half, loginRequired) }),
    ...(half?.local === undefined ? {} : { origin: half.local ? ('generated' as const) : ('imported' as const) }),
    ...(certificate === undefined ? {} : { certificate }),
  }
  const source = publics[0] ?? half
  const algorithm = source === undefined ? 'unknown' : algorithmOf(source)
  const refuse = (why: string): Pkcs11Key => ({ ...shown, algorithm, why })

  if (bundle.id.length === 0) return refuse('the key has no id by which it could be chosen')
  if (privates.length > 1) return refuse(`${privates.length} private keys share this id`)
  let candidates: PublicKey[]
  try {
    candidates = publicKeysOf(bundle)
  } catch (thrown) {
    return refuse(toAppError(thrown).message)
  }
  const [key] = candidates
  if (key === undefined) return refuse('the token does not tell the public half of this key')
  const label = keyLabel(key)
  const stop = (why: string): Pkcs11Key => ({ ...shown, algorithm: label, why })
  if (candidates.length > 1) return stop(`${candidates.length} public keys share this id`)
  if (half === undefined && !loginRequired) return stop('only the public half of this key is on the token')
  if (half?.canSign === false || named.some((object) => onlyAttests.has(object.label))) {
    return stop('this key is not allowed to sign')
  }
  if (half !== undefined && !canBePair(half, key)) return stop('two different keys share this id')
  if (!can.has(mechanismOfScheme[key.scheme])) return stop(`the token does not make ${label} signatures`)
  return { ...shown, algorithm: label, key }
}

/** Without repeats. A certificate can be older than the key it lies beside, so it counts only where no key object does. */
function publicKeysOf({ privates, publics, certificates }: Bundle): PublicKey[] {
  const objects = publics.length > 0 ? publics : privates.filter(hasPublicPart)
  const keys =
    objects.length > 0
      ? objects.map(publicKeyOfObject)
      : certificates.map(({ value }) => parseCertificate(value ?? new Uint8Array()).key)
  return keys.filter((key, at) => keys.findIndex((other) => isSameKey(other, key)) === at)
}

function subjectOf(certificates: readonly Pkcs11Object[]): string | undefined {
  for (const { value } of certificates) {
    try {
      if (value !== undefined) return parseCertificate(value).subject
    } catch {
      // A certificate is only a note here; where the key itself comes from it, its fault is told.
    }
  }
  return undefined
}

function pinPolicyOf(half: Pkcs11Object, loginRequired: boolean): PinPolicy {
  if (half.alwaysAuthenticate === true) return 'always'
  return loginRequired ? 'once' : 'never'
}

/** After the login: the one private key of this id that can be the half of `key`. */
export function findPrivateHalves(session: Pkcs11Session, id: Uint8Array, key: PublicKey): Pkcs11Object[] {
  return session.find('private-key', id).filter((object) => isEqualBytes(object.id, id) && canBePair(object, key))
}

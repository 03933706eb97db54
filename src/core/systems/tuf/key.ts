// Keys as TUF metadata spells them: every form met in the wild, up to P-384 and RSA-PSS. What is unknown is carried, not fatal.
import { sha256 } from '@noble/hashes/sha2.js'
import { parseHex, toHex } from '../../bytes.ts'
import { canonicalJson } from '../../canonical.ts'
import { AppError } from '../../error.ts'
import { isObject, type JsonObject, type JsonValue } from '../../json.ts'
import { keyLabel, parsePublicKeyPem, rawEd25519, spkiOfPoint, spkiOfRawEd25519, toPem } from '../../key.ts'
import type { PublicKey, Scheme } from '../../signer.ts'

export interface TufKey {
  /** The id under which it stands; nothing more than a name. */
  id: string
  keytype: string
  scheme: string
  /** Absent when this key cannot be used here; `unusable` says why, and it never counts. */
  key?: PublicKey
  unusable?: string
  label: string
  owner?: string
  /** The key calls itself a rehearsal key. */
  rehearsal: boolean
  /** Ids that follow from its content: of the whole object (specification), and of its bare fields (securesystemslib). */
  contentIds: readonly string[]
  raw: JsonObject
}

export const ownerField = 'x-countersign-keyowner'
export const rehearsalField = 'x-countersign-rehearsal'
const ownerFields = [ownerField, 'x-tuf-on-ci-keyowner', 'x-rstuf-key-name', 'x-playground-keyowner'] as const

/** Specification 1.0.34, section 4.2, and the spellings of securesystemslib, go-tuf and sigstore's roots 1 to 9. */
const schemeOf: ReadonlyMap<string, Scheme> = new Map([
  ['ed25519/ed25519', 'ed25519'],
  ['ecdsa/ecdsa-sha2-nistp256', 'ecdsa-p256-sha256'],
  ['ecdsa-sha2-nistp256/ecdsa-sha2-nistp256', 'ecdsa-p256-sha256'],
  ['ecdsa/ecdsa-sha2-nistp384', 'ecdsa-p384-sha384'],
  ['ecdsa-sha2-nistp384/ecdsa-sha2-nistp384', 'ecdsa-p384-sha384'],
  ['rsa/rsassa-pss-sha256', 'rsa-pss-sha256'],
])

export function parseTufKey(id: string, raw: JsonObject): TufKey {
  const text = (name: string): string => {
    const value = raw[name]
    if (typeof value === 'string') return value
    throw new AppError({ code: 'format/malformed', message: `key ${id} has no ${name}` })
  }
  const [keytype, scheme] = [text('keytype'), text('scheme')]
  const material = readMaterial(keytype, scheme, raw.keyval)
  const owner = ownerFields.map((field) => raw[field]).find((value) => typeof value === 'string')
  return {
    id,
    keytype,
    scheme,
    ...('key' in material ? { key: material.key } : { unusable: material.unusable }),
    label: 'key' in material ? keyLabel(material.key) : `${keytype} / ${scheme}`,
    ...(owner === undefined ? {} : { owner }),
    rehearsal: raw[rehearsalField] === true,
    // Only where it is asked for: few ask, and a root is read many times.
    get contentIds() {
      return contentIds(raw)
    },
    raw,
  }
}

function readMaterial(
  keytype: string,
  schemeName: string,
  keyval: JsonValue | undefined,
): { key: PublicKey } | { unusable: string } {
  const scheme = schemeOf.get(`${keytype}/${schemeName}`)
  if (scheme === undefined) return { unusable: `this version does not know the key type ${keytype} with ${schemeName}` }
  const value = isObject(keyval) ? keyval.public : undefined
  if (typeof value !== 'string') return { unusable: 'it has no public value' }
  try {
    const key = readPublic(scheme, value)
    return key.scheme === scheme
      ? { key }
      : { unusable: `its value is a ${keyLabel(key)} key, its scheme says ${schemeName}` }
  } catch (error) {
    if (error instanceof AppError) return { unusable: error.message }
    throw error
  }
}

function readPublic(scheme: Scheme, value: string): PublicKey {
  if (value.includes('-----BEGIN')) return parsePublicKeyPem(value)
  const bytes = parseHex(value, 'the public value')
  switch (scheme) {
    case 'ed25519':
      return { scheme, spki: spkiOfRawEd25519(bytes) }
    case 'ecdsa-p256-sha256':
      return { scheme, spki: spkiOfPoint('p256', bytes) }
    case 'ecdsa-p384-sha384':
      return { scheme, spki: spkiOfPoint('p384', bytes) }
    case 'rsa-pss-sha256':
      throw new AppError({ code: 'format/malformed', message: 'an RSA key must be PEM' })
  }
}

/** Specification 4.2: the id is the sha256 of the key object's canonical form. */
export function keyIdOf(raw: JsonObject): string {
  return toHex(sha256(canonicalJson(raw)))
}

function contentIds(raw: JsonObject): string[] {
  const bare: Record<string, JsonValue> = {}
  for (const name of ['keytype', 'scheme', 'keyval'] as const) if (raw[name] !== undefined) bare[name] = raw[name]
  return [...new Set([keyIdOf(raw), keyIdOf(bare)])]
}

/** A key object as this project writes it. */
export function tufKeyObject(key: PublicKey, extra: JsonObject = {}): JsonObject {
  switch (key.scheme) {
    case 'ed25519':
      return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: toHex(rawEd25519(key)) }, ...extra }
    case 'ecdsa-p256-sha256':
      return { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: toPem(key) }, ...extra }
    case 'ecdsa-p384-sha384':
      return { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp384', keyval: { public: toPem(key) }, ...extra }
    case 'rsa-pss-sha256':
      return { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: { public: toPem(key) }, ...extra }
  }
}

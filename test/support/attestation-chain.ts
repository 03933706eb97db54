// Chains of attestation as two vendors' hierarchies have them, made by another implementation (@peculiar/x509) than the one
// that checks them. Every field of every certificate can be forged.
import './reflect-metadata.ts'
import {
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { type Certificate, parseCertificate } from '../../src/core/certificate.ts'
import { parsePublicKey } from '../../src/core/key.ts'
import type { PublicKey } from '../../src/core/signer.ts'
import type { VendorRoots } from '../../src/node/vendor-roots.ts'

export const vendorArc = '1.3.6.1.4.1.41482.3'

export interface Recipe {
  subject: string
  issuer: string
  pair: CryptoKeyPair
  signer: CryptoKeyPair
  hash: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'
  /** 'unsaid' leaves the constraints out. */
  authority: boolean | 'unsaid'
  pathLength?: number | undefined
  /** What its key may sign; unlimited when it does not say. */
  usage?: 'signatures' | 'certificates'
  notBefore: Date
  notAfter: Date
  /** By the last numbers of the vendor's arc, or in full. Undefined takes one away. */
  extensions: Readonly<Record<string, Uint8Array | undefined>>
  critical?: readonly string[]
}

export type { KeyUsageFlags }

type Place = 'root' | 'upper' | 'lower' | 'device' | 'statement'
export type Forgery = Partial<Record<Place, Partial<Recipe>>>

export interface Chain {
  statement: Uint8Array
  device: Uint8Array
  root: Uint8Array
  /** From the root downwards; none in the old hierarchy. */
  intermediates: readonly Uint8Array[]
  roots: VendorRoots
  slot: string
  serial: number
  key: PublicKey
}

const ec = (curve: 'P-256' | 'P-384'): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, true, ['sign', 'verify'])
const rsa = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    true,
    ['sign', 'verify'],
  )

/** One set for all chains of a test file: making keys is what takes time. */
export const pairs = {
  root: await rsa(),
  upper: await ec('P-384'),
  lower: await ec('P-256'),
  device: await rsa(),
  statement: await ec('P-256'),
  stranger: await ec('P-256'),
}

const usageFlags = { signatures: KeyUsageFlags.digitalSignature, certificates: KeyUsageFlags.keyCertSign }

const start = new Date('2016-03-14T00:00:00Z')
const end = new Date('2052-04-17T00:00:00Z')

export async function issue(recipe: Recipe): Promise<Uint8Array> {
  const full = (name: string): string => (name.includes('.') ? name : `${vendorArc}.${name}`)
  const extensions: Extension[] = Object.entries(recipe.extensions).flatMap(([name, value]) =>
    value === undefined
      ? []
      : new Extension(full(name), recipe.critical?.includes(name) === true, value as Uint8Array<ArrayBuffer>),
  )
  if (recipe.authority !== 'unsaid') {
    extensions.push(new BasicConstraintsExtension(recipe.authority, recipe.pathLength, true))
  }
  if (recipe.usage !== undefined) extensions.push(new KeyUsagesExtension(usageFlags[recipe.usage], true))
  const { name } = recipe.signer.privateKey.algorithm
  const made = await X509CertificateGenerator.create({
    serialNumber: '0102030405060708',
    subject: `CN=${recipe.subject}`,
    issuer: `CN=${recipe.issuer}`,
    notBefore: recipe.notBefore,
    notAfter: recipe.notAfter,
    publicKey: recipe.pair.publicKey,
    signingKey: recipe.signer.privateKey,
    signingAlgorithm: { name, hash: recipe.hash },
    extensions,
  })
  return new Uint8Array(made.rawData)
}

/** An RSA key is bound to one hash: the same key, for another. */
export async function withHash(pair: CryptoKeyPair, hash: Recipe['hash']): Promise<CryptoKeyPair> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash }
  const secret = await crypto.subtle.exportKey('pkcs8', pair.privateKey)
  const open = await crypto.subtle.exportKey('spki', pair.publicKey)
  return {
    privateKey: await crypto.subtle.importKey('pkcs8', secret, algorithm, true, ['sign']),
    publicKey: await crypto.subtle.importKey('spki', open, algorithm, true, ['verify']),
  }
}

export async function spkiOf(pair: CryptoKeyPair): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
}

/** "old": root <- device, as before firmware 5.7.4. "new": root <- upper <- lower <- device. */
export async function createChain(
  hierarchy: 'old' | 'new',
  forgery: Forgery = {},
  serial = 15_835_999,
): Promise<Chain> {
  const isNew = hierarchy === 'new'
  const root = isNew ? 'Example Attestation Root 1' : 'Example PIV Root CA Serial 1'
  const [upper, lower, device] = [
    'Example Attestation Intermediate B 1',
    'Example PIV Attestation B 1',
    'Example PIV Attestation',
  ]
  const firmware = isNew ? Uint8Array.of(5, 7, 4) : Uint8Array.of(5, 4, 3)
  const common = { hash: 'SHA-256', authority: true, notBefore: start, notAfter: end, extensions: {} } as const
  const recipes: Record<Place, Recipe> = {
    root: { ...common, subject: root, issuer: root, pair: pairs.root, signer: pairs.root, pathLength: isNew ? 3 : 1 },
    upper: { ...common, subject: upper, issuer: root, pair: pairs.upper, signer: pairs.root, pathLength: 2 },
    lower: { ...common, subject: lower, issuer: upper, pair: pairs.lower, signer: pairs.upper, pathLength: 1 },
    device: {
      ...common,
      subject: device,
      issuer: isNew ? lower : root,
      pair: pairs.device,
      signer: isNew ? pairs.lower : pairs.root,
      pathLength: 0,
      extensions: { 3: firmware },
    },
    statement: {
      ...common,
      subject: 'YubiKey PIV Attestation 9c',
      issuer: device,
      pair: pairs.statement,
      signer: pairs.device,
      authority: 'unsaid',
      extensions: {
        3: firmware,
        7: Uint8Array.of(2, 4, serial >> 24, (serial >> 16) & 255, (serial >> 8) & 255, serial & 255),
        8: Uint8Array.of(2, 2),
        9: Uint8Array.of(3),
      },
    },
  }
  const make = (place: Place): Promise<Uint8Array> => {
    const changed = { ...recipes[place], ...forgery[place] }
    return issue({ ...changed, extensions: { ...recipes[place].extensions, ...forgery[place]?.extensions } })
  }
  const intermediates = isNew ? [await make('upper'), await make('lower')] : []
  const rootDer = await make('root')
  return {
    statement: await make('statement'),
    device: await make('device'),
    root: rootDer,
    intermediates,
    roots: rootsOf([rootDer], intermediates),
    slot: '9c',
    serial,
    key: parsePublicKey(await spkiOf(pairs.statement)),
  }
}

export function rootsOf(roots: readonly Uint8Array[], intermediates: readonly Uint8Array[] = []): VendorRoots {
  const parse = (der: Uint8Array): Certificate => parseCertificate(der, 'a certificate of the test')
  return {
    roots: roots.map(parse),
    intermediates: intermediates.map(parse),
    names: roots.map((_, at) => `root ${at + 1}`),
  }
}

export function toCertificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

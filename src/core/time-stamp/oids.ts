// Names of algorithms and contents in CMS and in time stamps, as the content of their object identifiers in hex.

export type HashName = 'SHA-256' | 'SHA-384' | 'SHA-512'

export const oids = {
  signedData: '2a864886f70d010702',
  timeStamp: '2a864886f70d0109100104',
  contentType: '2a864886f70d010903',
  messageDigest: '2a864886f70d010904',
  signingCertificate: '2a864886f70d010910020c',
  signingCertificateV2: '2a864886f70d010910022f',
  sha256: '608648016503040201',
  rsa: '2a864886f70d010101',
  pss: '2a864886f70d01010a',
  mgf1: '2a864886f70d010108',
} as const

export const hashes: ReadonlyMap<string, HashName> = new Map([
  [oids.sha256, 'SHA-256'],
  ['608648016503040202', 'SHA-384'],
  ['608648016503040203', 'SHA-512'],
])

/** Those that name their hash, too. */
export const signatureHashes: ReadonlyMap<string, { family: 'rsa' | 'ecdsa'; hash: HashName }> = new Map([
  ['2a864886f70d01010b', { family: 'rsa', hash: 'SHA-256' }],
  ['2a864886f70d01010c', { family: 'rsa', hash: 'SHA-384' }],
  ['2a864886f70d01010d', { family: 'rsa', hash: 'SHA-512' }],
  ['2a8648ce3d040302', { family: 'ecdsa', hash: 'SHA-256' }],
  ['2a8648ce3d040303', { family: 'ecdsa', hash: 'SHA-384' }],
  ['2a8648ce3d040304', { family: 'ecdsa', hash: 'SHA-512' }],
])

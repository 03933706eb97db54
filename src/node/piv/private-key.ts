// A private key as the command that imports it wants it: read from PKCS#8 by hand, so that every copy can be zeroed.
import { isEqualBytes, parseHex } from '../../core/bytes.ts'
import { derTag, parseDer, parsePositiveInteger, parseWholeDer } from '../../core/der.ts'
import { AppError } from '../../core/error.ts'
import { concatSecret } from '../../core/secret.ts'
import type { SlotAlgorithm } from '../../core/token.ts'
import { toTlv } from './tlv.ts'

export interface ImportableKey {
  algorithm: SlotAlgorithm
  /** The data of the command; the caller zeroes it. */
  data: Uint8Array
}

const octetString = 0x04
const hex = (text: string): Uint8Array => parseHex(text, 'an algorithm')
/** Contents of the AlgorithmIdentifier (RFC 5208, RFC 8410). */
const rsaAlgorithm = hex('06092a864886f70d0101010500')
const ed25519Algorithm = hex('06032b6570')
const p256Algorithm = hex('06072a8648ce3d020106082a8648ce3d030107')
const p384Algorithm = hex('06072a8648ce3d020106052b81040022')

/** From an unencrypted PKCS#8 structure in DER. */
export function parseImportableKey(pkcs8: Uint8Array): ImportableKey {
  try {
    const body = parseWholeDer(pkcs8, derTag.sequence, 'the private key')
    const version = parseDer(body, 0, derTag.integer, 'the version of the private key')
    const algorithm = parseDer(body, version.end, derTag.sequence, 'the algorithm of the private key')
    const content = parseDer(body, algorithm.end, octetString, 'the private key').value
    if (isEqualBytes(algorithm.value, rsaAlgorithm)) return rsaKey(content)
    if (isEqualBytes(algorithm.value, p256Algorithm)) return curveKey('P-256', content, 32)
    if (isEqualBytes(algorithm.value, p384Algorithm)) return curveKey('P-384', content, 48)
    if (isEqualBytes(algorithm.value, ed25519Algorithm)) {
      const seed = parseWholeDer(content, octetString, 'the Ed25519 key')
      if (seed.length !== 32) throw unusable(`the Ed25519 key has ${seed.length} bytes where 32 are expected`)
      return { algorithm: 'Ed25519', data: toTlv(0x07, seed) }
    }
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'format/malformed') throw unusable(cause.message, cause)
    throw cause
  }
  throw unusable('the private key is of a kind that no slot can hold')
}

/** ECPrivateKey (RFC 5915): its second element is the number. */
function curveKey(algorithm: 'P-256' | 'P-384', content: Uint8Array, size: number): ImportableKey {
  const body = parseWholeDer(content, derTag.sequence, `the ${algorithm} key`)
  const version = parseDer(body, 0, derTag.integer, `the version of the ${algorithm} key`)
  const number = parseDer(body, version.end, octetString, `the number of the ${algorithm} key`).value
  if (number.length !== size)
    throw unusable(`the ${algorithm} key has ${number.length} bytes where ${size} are expected`)
  return { algorithm, data: toTlv(0x06, number) }
}

/** RSAPrivateKey (RFC 8017 A.1.2): version, n, e, d, then the five numbers a token wants. */
function rsaKey(content: Uint8Array): ImportableKey {
  const body = parseWholeDer(content, derTag.sequence, 'the RSA key')
  let at = parseDer(body, 0, derTag.integer, 'the version of the RSA key').end
  const next = (what: string) => {
    const element = parseDer(body, at, derTag.integer, what)
    at = element.end
    return parsePositiveInteger(element.value, what)
  }
  const modulus = next('the RSA modulus')
  const exponent = next('the RSA exponent')
  next('the private RSA exponent')
  const names = ['p', 'q', 'dp', 'dq', 'qinv'].map((name) => `the RSA number ${name}`)
  const numbers = names.map(next)
  const algorithm = ({ 256: 'RSA-2048', 384: 'RSA-3072', 512: 'RSA-4096' } as const)[modulus.length]
  if (algorithm === undefined) throw unusable(`the RSA key has ${modulus.length * 8} bits, no slot can hold it`)
  if (!isEqualBytes(exponent, Uint8Array.of(1, 0, 1))) throw unusable('the RSA exponent is not 65537')
  const size = modulus.length / 2
  const parts: Uint8Array[] = []
  try {
    for (const [index, number] of numbers.entries()) {
      if (number.length > size) throw unusable(`${names[index]} has more than ${size} bytes`)
      const padded = new Uint8Array(size)
      padded.set(number, size - number.length)
      parts.push(toTlv(index + 1, padded))
      padded.fill(0)
    }
    return { algorithm, data: concatSecret(...parts) }
  } finally {
    for (const part of parts) part.fill(0)
  }
}

function unusable(message: string, cause?: unknown): AppError {
  return new AppError({
    code: 'usage/invalid',
    message,
    hint: 'give a P-256, P-384, Ed25519 or RSA key in PKCS#8 form',
    ...(cause === undefined ? {} : { cause }),
  })
}

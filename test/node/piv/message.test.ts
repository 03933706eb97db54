import { constants, createPublicKey, generateKeyPairSync, privateEncrypt, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseHex, toHex, utf8 } from '../../../src/core/bytes.ts'
import { verifySignature } from '../../../src/core/crypto.ts'
import { parsePublicKey } from '../../../src/core/key.ts'
import { blockToSign, maxEd25519Bytes, toPssBlock } from '../../../src/node/piv/message.ts'
import { codeOfCall } from '../../support/thrown.ts'

const message = utf8('the new root of trust\n')
/** Recovered with RSA_NO_PADDING from a signature that OpenSSL made. */
const salt = parseHex('6e78be958c10bf0291c005c3de2bf21b0284473793b5274979af24e8dad80414', 'salt')
const block = [
  '5ec533cf9350b15cb00d396bc3f976ddd2629daa20fecd98f0b79a698187c30b61bfadada5030b0c3db92a77d7e4de6a682471c3611dcd990dc872',
  '269c3c79087124e062d6b5adef565804da5a7250e43b6004b139668a4b47ff7a7cf2d462cd203059eda9932beb75ceb12af16c568a891b55274b89',
  '647c070dbd729945a15f4613955958724cd0d7fd216d1f6b5856b9b304c546cf1abe5bb3d97c4494004d2820c1ba070eb430af0c0262e30304ded7',
  '395a940cb6c6f2de2add5fc6b299e23f652fd394a3eca1c1b909bddf4dfb92c3e0edb816dba9be25abf32881f70af7f66c12cde8c17eb455ce2656',
  'e936689fce252f5bffd63872261193f6ce9836bc',
].join('')

test('the digest that goes to a P-256 or P-384 key', () => {
  const abc = utf8('abc')
  expect(toHex(blockToSign('P-256', abc))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(toHex(blockToSign('P-384', abc))).toBe(
    'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  )
})

test('the PSS block is the one of another implementation', () => {
  expect(toHex(toPssBlock(message, 2_048, salt))).toBe(block)
})

test('a PSS block under the private operation is a signature, each with a salt of its own', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const key = parsePublicKey(new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })))
  const seen = new Set<string>()
  for (let i = 0; i < 8; i++) {
    const made = blockToSign('RSA-2048', message)
    expect(made.length).toBe(256)
    seen.add(toHex(made))
    const signature = privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, made)
    expect(await verifySignature(key, message, signature)).toBe(true)
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    const verifier = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
    expect(verify('sha256', message, { key: verifier, ...padding }, signature)).toBe(true)
  }
  expect(seen.size).toBe(8)
})

test('blocks are as long as the modulus and below it', () => {
  for (const [algorithm, size] of [
    ['RSA-3072', 384],
    ['RSA-4096', 512],
  ] as const) {
    const made = blockToSign(algorithm, message)
    expect([made.length, made.at(-1), (made[0] ?? 255) < 0x80]).toEqual([size, 0xbc, true])
  }
})

test('Ed25519 gets the whole message, and none that is too long', () => {
  expect(toHex(blockToSign('Ed25519', message))).toBe(toHex(message))
  expect(maxEd25519Bytes).toBe(2_048)
  expect(codeOfCall(() => blockToSign('Ed25519', new Uint8Array(2_048)))).toBe('ok')
  expect(codeOfCall(() => blockToSign('Ed25519', new Uint8Array(2_049)))).toBe('signer/unsupported')
})

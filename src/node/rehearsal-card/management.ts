// The management key: proving that one has it (SP 800-73-4 part 2, 3.2.4 and appendix A.1), and changing it.
import { createCipheriv, randomBytes } from 'node:crypto'
import { isEqualBytes } from '../../core/bytes.ts'
import type { Command } from './apdu.ts'
import { type Chip, type ManagementKey, touchPolicy } from './state.ts'
import { Refusal, refuseUnless, statusWord } from './status.ts'
import { parseOnlyTlv, parseTlvMap, toTlv } from './tlv.ts'

const ciphers: ReadonlyMap<number, { name: string; keyBytes: number; blockBytes: number }> = new Map([
  [0x03, { name: 'des-ede3', keyBytes: 24, blockBytes: 8 }],
  [0x08, { name: 'aes-128-ecb', keyBytes: 16, blockBytes: 16 }],
  [0x0a, { name: 'aes-192-ecb', keyBytes: 24, blockBytes: 16 }],
  [0x0c, { name: 'aes-256-ecb', keyBytes: 32, blockBytes: 16 }],
])
const tripleDes = 0x03
const aesFirmware = 0x050400

const tag = { witness: 0x80, challenge: 0x81, response: 0x82, template: 0x7c } as const

export const slotManagement = 0x9b

export async function authenticateManagement(chip: Chip, { p1, data }: Command): Promise<Uint8Array> {
  const key = chip.state.managementKey
  const expected = chip.session.expected
  delete chip.session.expected
  // 00 is the first algorithm the standard had: 3DES.
  refuseUnless((p1 || tripleDes) === key.algorithm, statusWord.wrongData)
  const given = parseTlvMap(parseOnlyTlv(data, tag.template))
  const witness = given.get(tag.witness)
  const challenge = given.get(tag.challenge)
  const response = given.get(tag.response)
  if (witness?.length === 0) {
    const answer = Uint8Array.from(randomBytes(cipherOf(key).blockBytes))
    chip.session.expected = { answer, isMutual: true }
    return toTlv(tag.template, toTlv(tag.witness, encrypt(key, answer)))
  }
  if (challenge?.length === 0) {
    const question = Uint8Array.from(randomBytes(cipherOf(key).blockBytes))
    chip.session.expected = { answer: encrypt(key, question), isMutual: false }
    return toTlv(tag.template, toTlv(tag.challenge, question))
  }
  chip.session.isManagementOpen = false
  if (expected === undefined) throw new Refusal(statusWord.conditionsNotMet)
  const proof = expected.isMutual ? witness : response
  if (proof === undefined) throw new Refusal(statusWord.wrongData)
  if (key.touchPolicy !== touchPolicy.never) await chip.touch()
  refuseUnless(isEqualBytes(proof, expected.answer), statusWord.notAllowed)
  if (!expected.isMutual) {
    chip.session.isManagementOpen = true
    return new Uint8Array(0)
  }
  if (challenge?.length !== cipherOf(key).blockBytes) throw new Refusal(statusWord.wrongData)
  chip.session.isManagementOpen = true
  return toTlv(tag.template, toTlv(tag.response, encrypt(key, challenge)))
}

/** P2: FF no touch, FE a touch each time, FD one that lasts. */
export function setManagementKey(chip: Chip, { p1, p2, data }: Command): Uint8Array {
  refuseUnless(chip.session.isManagementOpen, statusWord.notAllowed)
  const touch = new Map([
    [0xff, touchPolicy.never],
    [0xfe, touchPolicy.always],
    [0xfd, touchPolicy.cached],
  ]).get(p2)
  if (p1 !== 0xff || touch === undefined) throw new Refusal(statusWord.wrongParameters)
  const [algorithm] = data
  const cipher = ciphers.get(algorithm ?? 0)
  if (algorithm === undefined || cipher === undefined) throw new Refusal(statusWord.wrongData)
  refuseUnless(algorithm === tripleDes || chip.firmware >= aesFirmware, statusWord.wrongData)
  const value = parseOnlyTlv(data.subarray(1), slotManagement).slice()
  refuseUnless(value.length === cipher.keyBytes, statusWord.wrongData)
  chip.state.managementKey = { algorithm, value, touchPolicy: touch }
  chip.changed()
  return new Uint8Array(0)
}

function cipherOf(key: ManagementKey) {
  const cipher = ciphers.get(key.algorithm)
  if (cipher === undefined) throw new Refusal(statusWord.wrongData)
  return cipher
}

function encrypt(key: ManagementKey, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv(cipherOf(key).name, key.value, null).setAutoPadding(false)
  return Uint8Array.from(Buffer.concat([cipher.update(block), cipher.final()]))
}

// What the card says of its keys: a chain that holds up to the rehearsal root, and Yubico's extensions in it.
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { createChain } from '../../../src/node/rehearsal-card/attestation.ts'
import { type RehearsalCardOptions, rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { generate, hex, inside, openManagement, selectPiv, sendTo, tlv } from './talk.ts'

async function attested(options: Partial<RehearsalCardOptions> = {}, policies = 'aa0103ab0102') {
  const card = rehearsalCard({ serial: 0xfedcba98, ...options })
  const send = sendTo(card)
  await selectPiv(send)
  await openManagement(send)
  const key = (await generate(send, 0x9c, 0x11, policies)).data
  const object = inside((await send(0xcb, 0x3f, 0xff, '5c035fff01')).data)
  const statement = (await send(0xf9, 0x9c, 0)).data
  return { card, send, key, statement, device: new X509Certificate(inside(object)) }
}

test('the chain holds from the statement to the root, and every authority in it says rehearsal', async () => {
  const { card, statement, device } = await attested()
  const chain = [statement, device.raw, ...card.attestationIntermediates.toReversed(), card.attestationRoot]
  const certificates = chain.map((der) => new X509Certificate(Buffer.from(der)))
  expect(certificates.length).toBe(4)
  certificates.forEach((certificate, i) => {
    const issuer = certificates[i + 1] ?? certificate
    expect(certificate.checkIssued(issuer)).toBe(true)
    expect(certificate.verify(issuer.publicKey)).toBe(true)
    expect(certificate.issuer).toContain('Countersign Rehearsal')
    expect(certificate.ca).toBe(i > 0)
  })
})

test('the statement names slot and key, firmware, serial, policies and form', async () => {
  const { statement, key } = await attested()
  const certificate = new X509Certificate(statement)
  expect(certificate.subject).toBe('CN=YubiKey PIV Attestation 9c')
  expect(certificate.publicKey.export({ format: 'der', type: 'spki' }).includes(inside(key))).toBe(true)
  const text = statement.toString('hex')
  const extension = (number: string, value: string) => {
    const length = (value.length / 2).toString(16).padStart(2, '0')
    return `060a2b0601040182c40a03${number}04${length}${value}`
  }
  expect(text).toContain(extension('03', '050701'))
  // A serial number beyond 31 bits is still a positive INTEGER.
  expect(text).toContain(extension('07', '020500fedcba98'))
  expect(text).toContain(extension('08', '0302'))
  expect(text).toContain(extension('09', '03'))
})

test('a slot that is empty, and the one that attests, are not attested', async () => {
  const { send } = await attested()
  expect((await send(0xf9, 0x9a, 0)).status).toBe('6a80')
  expect((await send(0xf9, 0xf9, 0)).status).toBe('6a80')
  expect((await send(0xf9, 0x9c, 1)).status).toBe('6a86')
})

test("a chain can be given in place of the card's own", async () => {
  const chain = createChain(7)
  const { card, statement, device } = await attested({ attestation: chain })
  expect(Buffer.from(card.attestationRoot).equals(chain.root)).toBe(true)
  expect(device.raw.equals(chain.device)).toBe(true)
  expect(new X509Certificate(statement).verify(new X509Certificate(chain.device).publicKey)).toBe(true)
})

test('each card has a chain of its own', async () => {
  const [one, other] = [rehearsalCard({ serial: 1 }), rehearsalCard({ serial: 1 })]
  expect(Buffer.from(one.attestationRoot).equals(other.attestationRoot)).toBe(false)
})

test('who writes over slot F9 changes what the card says', async () => {
  const { send } = await attested()
  const secret = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const d = Buffer.from(secret.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  expect((await send(0xfe, 0x11, 0xf9, tlv('06', d))).status).toBe('9000')
  const statement = new X509Certificate((await send(0xf9, 0x9c, 0)).data)
  expect(statement.verify(secret.publicKey)).toBe(true)
  expect((await send(0xdb, 0x3f, 0xff, Buffer.concat([hex('5c035fff01'), hex('5300')]))).status).toBe('9000')
  expect((await send(0xf9, 0x9c, 0)).status).toBe('6a80')
  const junk = Buffer.concat([hex('5c035fff01'), tlv('53', tlv('70', Buffer.from('no certificate')))])
  expect((await send(0xdb, 0x3f, 0xff, junk)).status).toBe('9000')
  expect((await send(0xf9, 0x9c, 0)).status).toBe('6a80')
})

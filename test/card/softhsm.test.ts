// PKCS#11 against a real module, SoftHSM2, with keys that other programs made; signatures are checked by Node's OpenSSL.
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import type { Prompt, PublicKey } from '../../src/core/signer.ts'
import { signedRecord } from '../../src/core/systems/warg/encoding/ids.ts'
import { signatureText, wargKey } from '../../src/core/systems/warg/encoding/key.ts'
import { verifyLog } from '../../src/core/systems/warg/log/log.ts'
import { LogState } from '../../src/core/systems/warg/log/log-state.ts'
import { nextRecord } from '../../src/core/systems/warg/waiting/edit.ts'
import { tokenLabel } from '../../src/core/token-words.ts'
import { pkcs11Tokens } from '../../src/node/signers/pkcs11.ts'
import { fakePrompt } from '../node/pkcs11/fake.ts'
import { type SoftHsm, softHsm, softHsmPin } from '../support/softhsm.ts'
import { codeOfPromise } from '../support/thrown.ts'

const signal = new AbortController().signal
const messages = [utf8('root version 2'), new Uint8Array(200_000).fill(7), utf8('x')]
const driverOf = ({ module }: SoftHsm) => pkcs11Tokens({ modules: async () => [module], pollMs: 50 })

function isValid({ scheme, spki }: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(spki), type: 'spki', format: 'der' })
  if (scheme === 'ed25519') return verify(null, message, key, signature)
  if (scheme === 'rsa-pss-sha256') return verify('sha256', message, { key, padding: 6, saltLength: 32 }, signature)
  return verify(scheme === 'ecdsa-p384-sha384' ? 'sha384' : 'sha256', message, { key, dsaEncoding: 'der' }, signature)
}

async function slotOf(driver: ReturnType<typeof driverOf>, tokenId: string, id: string) {
  const token = (await driver.list(signal)).tokens.find((candidate) => candidate.id === tokenId)
  const slot = token?.slots.find((candidate) => candidate.id === id)
  if (slot?.key === undefined || slot.signerId === undefined) throw new Error(`no key ${id}: ${inspect(token)}`)
  return { key: slot.key, signerId: slot.signerId }
}

test('lists every key without a PIN, and signs a batch with each after one question', async () => {
  const hsm = softHsm()
  const serial = hsm.init('Root key')
  hsm.generate('Root key', 'EC:prime256v1', '01')
  hsm.generate('Root key', 'EC:secp384r1', '02')
  hsm.generate('Root key', 'EC:edwards25519', '03')
  hsm.generate('Root key', 'rsa:3072', '04')
  hsm.generate('Root key', 'EC:prime256v1', '05', '--always-auth')
  hsm.importKey(
    'Root key',
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    '06',
  )
  hsm.generate('Root key', 'rsa:1024', '07')
  const driver = driverOf(hsm)
  const { tokens, problems } = await driver.list(signal)
  expect(problems).toEqual([])
  expect(tokens).toHaveLength(1)
  expect(tokens[0]).toMatchObject({ id: `pkcs11:${serial}`, name: 'Root key', serial, reading: false })
  expect(tokens[0]?.slots.map(({ id, algorithm, why }) => [id, algorithm, why === undefined])).toEqual([
    ['01', 'P-256', true],
    ['02', 'P-384', true],
    ['03', 'Ed25519', true],
    ['04', 'RSA-3072', true],
    ['05', 'P-256', true],
    ['06', 'Ed25519', true],
    ['07', 'RSA-1024', false],
  ])
  for (const { key, signerId } of tokens[0]?.slots ?? []) {
    if (key === undefined || signerId === undefined) continue
    const prompt = fakePrompt(softHsmPin)
    const signatures = await driver.sign({ signerId, key, messages, purpose: 'root version 2' }, prompt, signal)
    expect(signatures.map((signature, at) => isValid(key, messages[at] ?? utf8('?'), signature))).toEqual([
      true,
      true,
      true,
    ])
    expect(prompt.asked).toEqual([
      {
        device: tokenLabel({ name: 'Root key', serial }),
        secret: 'PIN',
        purpose: 'root version 2',
        length: { min: 4, max: 255 },
      },
    ])
    expect(prompt.given).toEqual([new Uint8Array(softHsmPin.length)])
  }
})

test('a wrong PIN, then the right one; and a person who gives up', async () => {
  const hsm = softHsm()
  const id = `pkcs11:${hsm.init('Root key')}`
  hsm.generate('Root key', 'EC:prime256v1', '01')
  const driver = driverOf(hsm)
  const request = { ...(await slotOf(driver, id, '01')), messages, purpose: 'x' }
  const prompt = fakePrompt('99999999', softHsmPin)
  await expect(driver.sign(request, prompt, signal)).resolves.toHaveLength(3)
  expect(prompt.asked.map(({ wasWrong }) => wasWrong)).toEqual([undefined, true])
  expect(await codeOfPromise(driver.sign(request, fakePrompt('99999999'), signal))).toBe('user/cancelled')
  const wrong = await driver.sign(request, fakePrompt('99999999', '99999999', '99999999'), signal).catch(String)
  expect(wrong).not.toContain('99999999')
  // Too short for the module: it counts as wrong, too.
  expect(await codeOfPromise(driver.sign(request, fakePrompt('1', '1', '1'), signal))).toBe('signer/pin-wrong')
})

test('the PIN is forgotten after each batch', async () => {
  const hsm = softHsm()
  const id = `pkcs11:${hsm.init('Root key')}`
  hsm.generate('Root key', 'EC:prime256v1', '01')
  const driver = driverOf(hsm)
  // Kept open by one who watches, as in the app.
  const stop = driver.watch(() => {})
  const request = { ...(await slotOf(driver, id, '01')), messages, purpose: 'x' }
  await driver.sign(request, fakePrompt(softHsmPin), signal)
  expect(await codeOfPromise(driver.sign(request, fakePrompt('99999999', '99999999', '99999999'), signal))).toBe(
    'signer/pin-wrong',
  )
  stop()
})

test('two tokens with the same key: the id decides, and another key is refused before the PIN', async () => {
  const hsm = softHsm()
  const [one, two] = [`pkcs11:${hsm.init('Root key')}`, `pkcs11:${hsm.init('Spare key')}`]
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  hsm.importKey('Root key', pem, '02')
  hsm.importKey('Spare key', pem, '02')
  hsm.generate('Spare key', 'EC:prime256v1', '03')
  const driver = driverOf(hsm)
  const first = await slotOf(driver, one, '02')
  const second = await slotOf(driver, two, '02')
  expect(second.key).toEqual(first.key)
  const prompt = fakePrompt(softHsmPin)
  await driver.sign({ ...second, messages, purpose: 'x' }, prompt, signal)
  expect(prompt.asked[0]?.device).toContain('Spare key')
  const other = await slotOf(driver, two, '03')
  const silent = fakePrompt()
  const swapped = driver.sign({ ...other, key: first.key, messages, purpose: 'x' }, silent, signal)
  expect(await codeOfPromise(swapped)).toBe('signer/wrong-key')
  expect(silent.asked).toEqual([])
  expect(await driver.find('hsm:2?label=Spare+key', signal)).toBe(second.signerId)
  const uri = `pkcs11:serial=${one.slice('pkcs11:'.length)};id=%02?module-path=${hsm.module}`
  expect(await driver.find(uri, signal)).toBe(first.signerId)
  expect(await codeOfPromise(driver.find('hsm:2', signal))).toBe('usage/invalid')
})

test('a token that is gone before or while the PIN is typed', async () => {
  const hsm = softHsm()
  const id = `pkcs11:${hsm.init('Root key')}`
  hsm.generate('Root key', 'EC:edwards25519', '01')
  const driver = driverOf(hsm)
  const request = { ...(await slotOf(driver, id, '01')), messages, purpose: 'x' }
  const pulling: Prompt = {
    pin: async () => {
      hsm.pull()
      return utf8(softHsmPin)
    },
    touch: () => () => {},
  }
  const stop = driver.watch(() => {})
  expect(await codeOfPromise(driver.sign(request, pulling, signal))).toBe('signer/absent')
  stop()
  const silent = fakePrompt()
  expect(await codeOfPromise(driver.sign(request, silent, signal))).toBe('signer/absent')
  expect(silent.asked).toEqual([])
})

test('files that are no module', async () => {
  const driver = pkcs11Tokens({ modules: async () => ['/nowhere/module.so', '/etc/hostname', process.execPath] })
  const { tokens, problems } = await driver.list(signal)
  expect(tokens).toEqual([])
  expect(problems.map(({ where, error }) => [where, error.code])).toEqual([
    ['/nowhere/module.so', 'signer/absent'],
    ['/etc/hostname', 'signer/absent'],
    [process.execPath, 'signer/absent'],
  ])
})

test('makes a record of a Warg package', async () => {
  const hsm = softHsm()
  const serial = hsm.init('Packages')
  hsm.generate('Packages', 'EC:prime256v1', '01')
  const driver = driverOf(hsm)
  const { key, signerId } = await slotOf(driver, `pkcs11:${serial}`, '01')
  const ana = wargKey(key)
  const contents = nextRecord(new LogState('package'), [{ kind: 'init', key: ana }], new Date())
  const request = { signerId, key, messages: [signedRecord('package', contents)], purpose: 'wasi:http 1' }
  const [der = new Uint8Array()] = await driver.sign(request, fakePrompt(softHsmPin), signal)
  const log = await verifyLog('package', [{ contents, keyId: ana.id, signature: signatureText(der) }])
  expect(log.permissions.holds(ana.id, 'release')).toBe(true)
})

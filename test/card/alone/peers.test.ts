// The rehearsal card before judges that know real ones: Yubico's tools and OpenSC read it, make keys on it and sign with it
// through pcscd, and openssl has the last word on every signature. Where they disagree with the card, they are right.
import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RehearsalCard, rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { type Pcscd, startPcscd } from '../../support/pcscd.ts'

const managementKey = '010203040506070801020304050607080102030405060708'
const ykcs11 = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/libykcs11.so`

let pcscd: Pcscd
let folder: string
let card: RehearsalCard
let touches = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-peers-'))
  writeFileSync(join(folder, 'message'), 'a root that waits for its signature\n')
  // ykman and ykcs11 only look at readers of this name.
  pcscd = await startPcscd({ readerName: 'Yubico YubiKey CCID' })
})
afterAll(async () => {
  await pcscd?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function insert(firmware: string): Promise<void> {
  const { reader } = theReader()
  await reader.remove()
  // Faster than its poll, pcscd would not notice that this is another card.
  await sleep(900)
  touches = 0
  const touch = async () => {
    touches += 1
    return true
  }
  card = rehearsalCard({ serial: 15_835_999, firmware, touch })
  await reader.insert(card)
  await reader.noticed()
}

function theReader() {
  const [first] = pcscd.readers
  if (first === undefined) throw new Error('pcscd has no reader')
  return first
}

interface Said {
  text: string
  code: number | null
}

/** Never synchronous: the card answers from this very process. */
async function run(program: string, ...args: string[]): Promise<Said> {
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { text, code }
}

/** What it said, when it went well. */
async function good(program: string, ...args: string[]): Promise<string> {
  const { text, code } = await run(program, ...args)
  expect(`${program} ${args.join(' ')}: ${code === 0 ? 0 : text}`).toBe(`${program} ${args.join(' ')}: 0`)
  return text
}

const yubicoPivTool = (...args: string[]) => good('yubico-piv-tool', ...args)
const ykman = (...args: string[]) => good('ykman', '--reader', theReader().name, 'piv', ...args)
const opensc = (...args: string[]) => good('pkcs11-tool', ...args)
const ykcs = (...args: string[]) => good('pkcs11-tool', '--module', ykcs11, ...args)
const pin = ['-P', '123456']

async function verifyWithOpenssl(publicKey: string, signature: string, ...options: string[]): Promise<void> {
  const dgst = ['dgst', '-sha256', ...options, '-verify', publicKey, '-signature', signature, 'message']
  expect(await good('openssl', ...dgst)).toContain('Verified OK')
}

describe('yubico-piv-tool 2.2.0, which knows only 3DES as a management key', () => {
  beforeAll(() => insert('5.4.3'))

  test('tells what it is', async () => {
    const said = await yubicoPivTool('-a', 'status')
    expect(said).toContain('5.4.3')
    expect(said).toContain('15835999')
    expect(said).toMatch(/PIN tries left:\s+3/)
  })

  test.each([
    ['ECCP256', '9c', []],
    ['ECCP384', '9d', []],
    ['RSA2048', '9e', []],
    ['ECCP256', '82', ['--pin-policy=always', '--touch-policy=always']],
  ])('makes a key %s in slot %s and signs with it', async (algorithm, slot, policies) => {
    await yubicoPivTool('-a', 'generate', '-s', slot, '-A', algorithm, ...policies, '-o', `${slot}.pem`)
    const before = touches
    const sign = ['--sign', '-s', slot, '-A', algorithm, '-H', 'SHA256', '-i', 'message', '-o', `${slot}.sig`]
    await yubicoPivTool('-a', 'verify-pin', ...pin, ...sign)
    await verifyWithOpenssl(`${slot}.pem`, `${slot}.sig`)
    expect(touches - before).toBe(policies.length === 0 ? 0 : 1)
  })

  test('cannot sign without the PIN', async () => {
    const sign = ['--sign', '-s', '9c', '-A', 'ECCP256', '-H', 'SHA256', '-i', 'message', '-o', 'none.sig']
    expect((await run('yubico-piv-tool', ...sign)).code).not.toBe(0)
  })

  test('brings key and certificate, and decrypts with them', async () => {
    await good('openssl', 'genrsa', '-out', 'rsa.key', '2048')
    await good('openssl', 'req', '-x509', '-key', 'rsa.key', '-subj', '/CN=brought', '-out', 'rsa.crt')
    await yubicoPivTool('-a', 'import-key', '-s', '9d', '-i', 'rsa.key')
    await yubicoPivTool('-a', 'import-certificate', '-s', '9d', '-i', 'rsa.crt')
    await yubicoPivTool('-a', 'verify-pin', ...pin, '-a', 'test-decipher', '-s', '9d', '-i', 'rsa.crt')
    expect(await yubicoPivTool('-a', 'status')).toContain('CN=brought')
    expect((await run('yubico-piv-tool', '-a', 'attest', '-s', '9d')).code).not.toBe(0)
    await yubicoPivTool('-a', 'delete-certificate', '-s', '9d')
    expect(await yubicoPivTool('-a', 'status')).not.toContain('CN=brought')
  })

  test('attests a key that was made here, up to the rehearsal root', async () => {
    const statement = new X509Certificate(await yubicoPivTool('-a', 'attest', '-s', '9c'))
    const device = new X509Certificate(await yubicoPivTool('-a', 'read-certificate', '-s', 'f9'))
    const [middle] = card.attestationIntermediates.map((der) => new X509Certificate(Buffer.from(der)))
    const root = new X509Certificate(Buffer.from(card.attestationRoot))
    expect(statement.verify(device.publicKey)).toBe(true)
    expect(middle !== undefined && device.verify(middle.publicKey) && middle.verify(root.publicKey)).toBe(true)
    const exported = statement.publicKey.export({ format: 'pem', type: 'spki' })
    expect(exported).toBe(readFileSync(join(folder, '9c.pem'), 'utf8'))
  })

  test('changes PIN, PUK and management key, unblocks, and sets the tries', async () => {
    await yubicoPivTool('-a', 'change-pin', '-P', '123456', '-N', '654321')
    await yubicoPivTool('-a', 'change-puk', '-P', '12345678', '-N', '87654321')
    expect((await run('yubico-piv-tool', '-a', 'verify-pin', ...pin)).text).toContain('2 tries left')
    await yubicoPivTool('-a', 'unblock-pin', '-P', '87654321', '-N', '123456')
    await yubicoPivTool('-a', 'set-mgm-key', '-n', '112233445566778811223344556677881122334455667788')
    const set = ['-a', 'verify-pin', ...pin, '-a', 'pin-retries', '--pin-retries', '5', '--puk-retries', '4']
    expect((await run('yubico-piv-tool', ...set)).code).not.toBe(0)
    await yubicoPivTool('-k112233445566778811223344556677881122334455667788', ...set)
    expect(await yubicoPivTool('-a', 'status')).toMatch(/PIN tries left:\s+5/)
  })
})

describe('ykman 4.0.9', () => {
  beforeAll(() => insert('5.7.1'))

  test('takes it for a YubiKey 5C with firmware 5.7.1', async () => {
    expect(await good('ykman', 'list')).toContain('YubiKey 5C (5.7.1) [CCID] Serial: 15835999')
    const said = await ykman('info')
    expect(said).toContain('PIV version: 5.7.1')
    expect(said).toContain('PIN tries remaining: 3/3')
    expect(said).toContain('Management key algorithm: AES192')
  })

  test.each([
    ['ECCP256', '9a'],
    ['ECCP384', '9c'],
    ['RSA2048', '95'],
  ])('makes a key %s in slot %s, and a certificate that it signs', async (algorithm, slot) => {
    await ykman('keys', 'generate', '-m', managementKey, '-a', algorithm, slot, `${slot}.pem`)
    await ykman('certificates', 'generate', '-m', managementKey, ...pin, '-s', `CN=slot ${slot}`, slot, `${slot}.pem`)
    await ykman('certificates', 'export', slot, `${slot}.crt`)
    const certificate = new X509Certificate(readFileSync(join(folder, `${slot}.crt`)))
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(await ykman('info')).toContain(`CN=slot ${slot}`)
  })

  test('attests a key', async () => {
    await ykman('keys', 'attest', '9c', 'statement.pem')
    const statement = new X509Certificate(readFileSync(join(folder, 'statement.pem')))
    expect(statement.subject).toBe('CN=YubiKey PIV Attestation 9c')
    expect(statement.issuer).toContain('Countersign Rehearsal')
  })

  test('brings a key, and proves that its certificate fits', async () => {
    await good('openssl', 'ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', 'ec.key')
    await good('openssl', 'req', '-x509', '-key', 'ec.key', '-subj', '/CN=brought', '-out', 'ec.crt')
    await ykman('keys', 'import', '-m', managementKey, '9d', 'ec.key')
    await ykman('certificates', 'import', '-m', managementKey, '--verify', ...pin, '9d', 'ec.crt')
    const wrong = ['certificates', 'import', '-m', managementKey, '--verify', ...pin, '9a', 'ec.crt']
    expect((await run('ykman', '--reader', theReader().name, 'piv', ...wrong)).code).not.toBe(0)
  })

  test('changes PIN and PUK, counts tries, unblocks', async () => {
    const wrong = ['access', 'change-pin', '-P', '000000', '-n', '654321']
    expect((await run('ykman', '--reader', theReader().name, 'piv', ...wrong)).text).toContain('2 tries left')
    await ykman('access', 'change-pin', '-P', '123456', '-n', '654321')
    await ykman('access', 'change-puk', '-p', '12345678', '-n', '87654321')
    await ykman('access', 'unblock-pin', '-p', '87654321', '-n', '123456')
  })

  test.each(['AES128', 'AES256', 'TDES'])('keeps a management key %s on the card behind the PIN', async (algorithm) => {
    const from = algorithm === 'AES128' ? ['-m', managementKey] : []
    await ykman('access', 'change-management-key', '-f', '-a', algorithm, ...pin, ...from, '--protect')
    const said = await ykman('info')
    expect(said).toContain(`Management key algorithm: ${algorithm}`)
    expect(said).toContain('stored on the YubiKey, protected by PIN')
    await ykman('keys', 'generate', ...pin, '-a', 'ECCP256', '83', '83.pem')
  })

  test('blocks PIN and PUK and puts everything back to the factory', async () => {
    await ykman('reset', '-f')
    const said = await ykman('info')
    expect(said).toContain('Management key algorithm: AES192')
    expect(said).not.toContain('Slot')
  })
})

describe('PKCS#11: OpenSC 0.23 and ykcs11 2.2.0', () => {
  const login = ['--login', '--pin', '123456']
  const ecdsa = ['-m', 'ECDSA-SHA256', '--signature-format', 'openssl', '-i', 'message', '-o', 'p11.sig']
  const pss = ['--salt-len', '-1', '-m', 'SHA256-RSA-PKCS-PSS', '-i', 'message', '-o', 'p11.sig']
  const usePss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:-1']

  beforeAll(async () => {
    // ykcs11 2.2.0 authenticates with 3DES only; OpenSC sees no key that has no certificate.
    await insert('5.4.3')
    for (const [slot, algorithm] of [
      ['9a', 'ECCP256'],
      ['9c', 'RSA2048'],
    ] as const) {
      await ykman('keys', 'generate', '-m', managementKey, '-a', algorithm, slot, `p11-${slot}.pem`)
      const generate = ['generate', '-m', managementKey, ...pin, '-s', `CN=p11 ${slot}`, slot, `p11-${slot}.pem`]
      await ykman('certificates', ...generate)
    }
  })

  test('OpenSC lists keys and certificates', async () => {
    expect(await opensc('-L')).toMatch(/token manufacturer : piv_II/)
    const said = await opensc('-O')
    for (const text of ['CN=p11 9a', 'CN=p11 9c', 'EC_POINT 256 bits', 'RSA 2048 bits']) expect(said).toContain(text)
  })

  test('OpenSC signs with P-256, and with RSA in the slot that wants a PIN for each signature', async () => {
    await opensc(...login, '--sign', '--id', '01', ...ecdsa)
    await verifyWithOpenssl('p11-9a.pem', 'p11.sig')
    await opensc(...login, '--sign', '--id', '02', '-m', 'SHA256-RSA-PKCS', '-i', 'message', '-o', 'p11.sig')
    await verifyWithOpenssl('p11-9c.pem', 'p11.sig')
  })

  test('OpenSC counts a wrong PIN', async () => {
    const wrong = ['--login', '--pin', '000000', '--sign', '--id', '01', ...ecdsa]
    expect((await run('pkcs11-tool', ...wrong)).text).toContain('CKR_PIN_INCORRECT')
    expect(await yubicoPivTool('-a', 'status')).toMatch(/PIN tries left:\s+2/)
  })

  test('ykcs11 lists keys, certificates and attestations', async () => {
    const said = await ykcs('-O')
    for (const text of ['CN=p11 9a', 'CN=p11 9c', 'CN=YubiKey PIV Attestation 9c']) expect(said).toContain(text)
  })

  test('ykcs11 signs with P-256 and with RSA-PSS', async () => {
    await ykcs(...login, '--sign', '--id', '01', ...ecdsa)
    await verifyWithOpenssl('p11-9a.pem', 'p11.sig')
    await ykcs(...login, '--sign', '--id', '02', ...pss)
    await verifyWithOpenssl('p11-9c.pem', 'p11.sig', ...usePss)
  })

  test('ykcs11 makes a key with the management key', async () => {
    const so = ['--login', '--login-type', 'so', '--so-pin', managementKey]
    await ykcs(...so, '--keypairgen', '--id', '3', '--key-type', 'EC:prime256v1')
    await ykcs('--read-object', '--type', 'pubkey', '--id', '3', '-o', 'p11-9d.der')
    await ykcs(...login, '--sign', '--id', '3', ...ecdsa)
    await verifyWithOpenssl('p11-9d.der', 'p11.sig', '-keyform', 'DER')
  })
})

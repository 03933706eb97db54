// The proof that a key was made on a token: each line of the checklist has a forgery that only this line refuses.
import { expect, test } from 'vitest'
import { parsePublicKey } from '../../../src/core/key.ts'
import { verifyAttestation } from '../../../src/node/piv/attestation.ts'
import { noVendorRoots } from '../../../src/node/vendor-roots.ts'
import {
  type Chain,
  createChain,
  type Forgery,
  issue,
  pairs,
  rootsOf,
  spkiOf,
  withHash,
} from '../../support/attestation-chain.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const now = new Date('2026-06-01T12:00:00Z')
type Change = Partial<Parameters<typeof verifyAttestation>[0]>

function verify(chain: Chain, change: Change = {}) {
  const { statement, device, roots, slot, serial, key } = chain
  return verifyAttestation({ statement, device, roots, slot, serial, key, now, ...change })
}

function verifyWithoutSerial({ statement, device, roots, slot, key }: Chain) {
  return verifyAttestation({ statement, device, roots, slot, key, now })
}

const codeOf = async (chain: Chain, change: Change = {}): Promise<string> => codeOfPromise(verify(chain, change))

test('the new hierarchy: three authorities above the token', async () => {
  const chain = await createChain('new')
  const found = await verify(chain)
  expect(found).toEqual({
    verdict: 'verified',
    root: 'Example Attestation Root 1',
    key: chain.key,
    slot: '9c',
    serial: '15835999',
    firmware: '5.7.4',
    pinPolicy: 'once',
    touchPolicy: 'always',
    formFactor: 'USB-C keychain',
    fips: false,
    cspn: false,
    advisories: [],
    certificates: [chain.statement, chain.device],
  })
})

test('the old hierarchy: the root signs for the token itself', async () => {
  const found = await verify(await createChain('old'))
  expect(found).toMatchObject({ verdict: 'verified', root: 'Example PIV Root CA Serial 1', firmware: '5.4.3' })
  expect(found.advisories).toHaveLength(1)
})

test.each(['SHA-256', 'SHA-384', 'SHA-512'] as const)('RSA and EC keys, %s', async (hash) => {
  const root = { pair: await withHash(pairs.root, hash), signer: await withHash(pairs.root, hash), hash }
  const device = { pair: pairs.upper, signer: root.signer, hash }
  const chain = await createChain('old', { root, device, statement: { hash, signer: pairs.upper } })
  expect((await verify(chain)).verdict).toBe('verified')
})

test('policies, form and marks of certification are read', async () => {
  const extensions = { 8: Uint8Array.of(5, 3), 9: Uint8Array.of(0x84), 7: undefined }
  const chain = await createChain('new', {
    statement: { extensions },
    device: { extensions: { 11: Uint8Array.of(2, 1, 1) } },
  })
  const found = await verifyWithoutSerial(chain)
  expect(found).toMatchObject({
    pinPolicy: 'match-always',
    touchPolicy: 'cached',
    formFactor: 'USB-C nano',
    fips: true,
    cspn: true,
  })
  expect(found.serial).toBeUndefined()
  const marked = await createChain('new', { device: { extensions: { 10: Uint8Array.of(2, 1, 7) } } })
  expect((await verify(marked)).fips).toBe(true)
})

test('a root that is not built in is said to be unknown, and nothing else is let through for it', async () => {
  const chain = await createChain('new')
  expect(await verify(chain, { roots: noVendorRoots })).toMatchObject({
    verdict: 'unknown-root',
    root: 'Example PIV Attestation B 1',
  })
  const given = { roots: noVendorRoots, intermediates: chain.intermediates }
  const found = await verify(chain, given)
  expect(found).toMatchObject({ verdict: 'unknown-root', root: 'Example Attestation Root 1' })
  expect(found.certificates).toHaveLength(4)
  expect(await codeOf(chain, { ...given, slot: '9a' })).toBe('trust/changed')
  const altered = chain.statement.slice()
  altered[altered.length - 9] = (altered[altered.length - 9] ?? 0) ^ 1
  expect(await codeOf(chain, { ...given, statement: altered })).toBe('trust/bad-signature')
  const selfMade = await createChain('old', { device: { issuer: 'Example PIV Attestation', signer: pairs.device } })
  expect((await verify(selfMade)).verdict).toBe('unknown-root')
  const notEven = await createChain('old', { device: { issuer: 'Example PIV Attestation', signer: pairs.stranger } })
  expect(await codeOf(notEven)).toBe('trust/bad-signature')
})

test('a practice token is never more than that', async () => {
  const chain = await createChain('new')
  const practice = { roots: noVendorRoots, intermediates: chain.intermediates, rehearsalRoot: chain.root }
  expect(await verify(chain, practice)).toMatchObject({ verdict: 'rehearsal', root: 'Example Attestation Root 1' })
  expect((await verify(chain, { ...practice, rehearsalRoot: (await createChain('old')).root })).verdict).toBe(
    'unknown-root',
  )
  // Named like a vendor's root, and signed by the practice root: still practice.
  const vendor = await createChain('old', { root: { pair: pairs.stranger, signer: pairs.stranger } })
  const disguised = await createChain('old')
  expect(await codeOf(disguised, { roots: vendor.roots })).toBe('trust/bad-signature')
  expect((await verify(disguised, { roots: vendor.roots, rehearsalRoot: disguised.root })).verdict).toBe('rehearsal')
})

const codeOfThrown = (thrown: unknown): Promise<string> => codeOfPromise(Promise.reject(thrown))

const late = new Date('2020-01-01T00:00:00Z')
const forgeries: readonly [string, 'old' | 'new', Forgery, string][] = [
  ['a statement signed by another key', 'new', { statement: { signer: pairs.stranger } }, 'trust/bad-signature'],
  ['a statement that names another signer', 'new', { statement: { issuer: 'Somebody' } }, 'trust/bad-signature'],
  ["another token's certificate", 'new', { device: { pair: pairs.stranger } }, 'trust/bad-signature'],
  ['a token nobody signed for', 'new', { device: { signer: pairs.stranger } }, 'trust/bad-signature'],
  ['a token nobody signed for, old', 'old', { device: { signer: pairs.stranger } }, 'trust/bad-signature'],
  ['an intermediate not signed by the root', 'new', { upper: { signer: pairs.stranger } }, 'trust/bad-signature'],
  ['the lower intermediate signed by another', 'new', { lower: { signer: pairs.stranger } }, 'trust/bad-signature'],
  [
    'a token that is no authority',
    'new',
    { device: { authority: false, pathLength: undefined } },
    'trust/bad-signature',
  ],
  ['a token that does not say what it is', 'new', { device: { authority: 'unsaid' } }, 'trust/bad-signature'],
  ['the same, old hierarchy', 'old', { device: { authority: 'unsaid' } }, 'trust/bad-signature'],
  [
    'an intermediate that is no authority',
    'new',
    { lower: { authority: false, pathLength: undefined } },
    'trust/bad-signature',
  ],
  ['an intermediate that does not say', 'new', { upper: { authority: 'unsaid' } }, 'trust/bad-signature'],
  ['too many below the upper', 'new', { upper: { pathLength: 1 } }, 'trust/bad-signature'],
  ['too many below the lower', 'new', { lower: { pathLength: 0 } }, 'trust/bad-signature'],
  ['a root that is no authority', 'old', { root: { authority: false, pathLength: undefined } }, 'trust/bad-signature'],
  ['a key that may not issue', 'new', { device: { usage: 'signatures' } }, 'trust/bad-signature'],
  [
    'an intermediate for another purpose',
    'new',
    {
      lower: { subject: 'Example FIDO Attestation B 1' },
      device: { issuer: 'Example FIDO Attestation B 1', subject: 'Example FIDO Device' },
      statement: { issuer: 'Example FIDO Device' },
    },
    'trust/bad-signature',
  ],
  ['a statement out of time', 'new', { statement: { notAfter: late } }, 'trust/expired'],
  ['a token not yet in time', 'new', { device: { notBefore: new Date('2040-01-01T00:00:00Z') } }, 'trust/expired'],
  ['an intermediate out of time', 'new', { lower: { notAfter: late } }, 'trust/expired'],
  ['a root out of time', 'new', { root: { notAfter: late } }, 'trust/expired'],
  [
    'a condition not known here',
    'new',
    { device: { extensions: { '1.2.3.4': Uint8Array.of(5, 0) }, critical: ['1.2.3.4'] } },
    'format/unsupported',
  ],
  [
    'a condition in the statement',
    'new',
    { statement: { extensions: { '1.2.3.4': Uint8Array.of(5, 0) }, critical: ['1.2.3.4'] } },
    'format/unsupported',
  ],
  [
    'a broken hash',
    'new',
    { device: { pair: pairs.upper }, statement: { signer: pairs.upper, hash: 'SHA-1' } },
    'format/unsupported',
  ],
  ['another key', 'new', { statement: { pair: pairs.stranger } }, 'trust/changed'],
  ['another slot', 'new', { statement: { subject: 'YubiKey PIV Attestation 9a' } }, 'trust/changed'],
  ['no slot', 'new', { statement: { subject: 'YubiKey PIV Attestation' } }, 'trust/changed'],
  ['a slot and more', 'new', { statement: { subject: 'YubiKey PIV Attestation 9c9c' } }, 'trust/changed'],
  ['another serial number', 'new', { statement: { extensions: { 7: Uint8Array.of(2, 1, 5) } } }, 'trust/changed'],
  ['no serial number', 'new', { statement: { extensions: { 7: undefined } } }, 'trust/changed'],
  [
    'a negative serial number',
    'new',
    { statement: { extensions: { 7: Uint8Array.of(2, 1, 0xff) } } },
    'format/malformed',
  ],
  ['an empty serial number', 'new', { statement: { extensions: { 7: Uint8Array.of(2, 0) } } }, 'format/malformed'],
  [
    'a serial number and more',
    'new',
    { statement: { extensions: { 7: Uint8Array.of(2, 4, 0, 0xf1, 0xa3, 0x9f, 0) } } },
    'format/malformed',
  ],
  ['no firmware', 'new', { statement: { extensions: { 3: undefined } } }, 'format/malformed'],
  ['a firmware of two numbers', 'new', { statement: { extensions: { 3: Uint8Array.of(5, 7) } } }, 'format/malformed'],
  ['no policies', 'new', { statement: { extensions: { 8: undefined } } }, 'format/malformed'],
  ['policies of one byte', 'new', { statement: { extensions: { 8: Uint8Array.of(2) } } }, 'format/malformed'],
  ['a PIN policy 0', 'new', { statement: { extensions: { 8: Uint8Array.of(0, 2) } } }, 'format/malformed'],
  ['a PIN policy 6', 'new', { statement: { extensions: { 8: Uint8Array.of(6, 2) } } }, 'format/malformed'],
  ['a touch policy 4', 'new', { statement: { extensions: { 8: Uint8Array.of(2, 4) } } }, 'format/malformed'],
  ['a form of two bytes', 'new', { statement: { extensions: { 9: Uint8Array.of(1, 1) } } }, 'format/malformed'],
  ['a mark and more', 'new', { device: { extensions: { 10: Uint8Array.of(2, 1, 7, 0) } } }, 'format/malformed'],
  ['an empty mark', 'new', { device: { extensions: { 11: new Uint8Array() } } }, 'format/malformed'],
]

test.each(forgeries)('refused: %s', async (_, hierarchy, forgery, code) => {
  expect(await codeOf(await createChain(hierarchy, forgery))).toBe(code)
})

test('a root of the same name with another key is a forgery, not a stranger', async () => {
  const other = await createChain('new', { root: { pair: pairs.stranger, signer: pairs.stranger } })
  const chain = await createChain('new')
  const roots = rootsOf([other.root], chain.intermediates)
  expect(await codeOf(chain, { roots })).toBe('trust/bad-signature')
})

test('what the card answered decides: key, slot, serial number', async () => {
  const chain = await createChain('new')
  expect(await codeOf(chain, { key: parsePublicKey(await spkiOf(pairs.stranger)) })).toBe('trust/changed')
  expect(await codeOf(chain, { slot: '9d' })).toBe('trust/changed')
  expect(await codeOf(chain, { slot: '9C' })).toBe('ok')
  expect(await codeOf(chain, { serial: chain.serial + 1 })).toBe('trust/changed')
})

test('the two quirks of early tokens: a root that limits itself too much, a token that says nothing of itself', async () => {
  const limited = await createChain('old', { root: { pathLength: 0 } })
  expect((await verify(limited)).verdict).toBe('verified')
  const extensions = { 3: Uint8Array.of(4, 3, 5) }
  const early: Forgery = { device: { authority: 'unsaid', extensions }, statement: { extensions } }
  expect((await verify(await createChain('old', early))).verdict).toBe('verified')
  // Only right below a root, and only for PIV.
  expect(await codeOf(await createChain('new', early))).toBe('trust/bad-signature')
  const renamed = {
    ...early,
    device: { ...early.device, subject: 'Example U2F' },
    statement: { ...early.statement, issuer: 'Example U2F' },
  }
  expect(await codeOf(await createChain('old', renamed))).toBe('trust/bad-signature')
})

test('a key that was attested cannot attest others, though an honest token signed for it', async () => {
  const chain = await createChain('new')
  // The owner of an honest token signs a statement with the attested key, and hands in the token as an authority.
  const statement = await issue({
    ...{
      subject: 'YubiKey PIV Attestation 9c',
      issuer: 'YubiKey PIV Attestation 9c',
      hash: 'SHA-256',
      authority: 'unsaid',
    },
    ...{ pair: pairs.stranger, signer: pairs.statement, notBefore: late, notAfter: new Date('2050-01-01T00:00:00Z') },
    extensions: { 3: Uint8Array.of(4, 3, 5), 7: Uint8Array.of(2, 1, 5), 8: Uint8Array.of(2, 2) },
  })
  const key = parsePublicKey(await spkiOf(pairs.stranger))
  const change = { statement, device: chain.statement, intermediates: [chain.device], key, serial: 5 }
  expect(await codeOf(chain, change)).toBe('trust/bad-signature')
})

test('no changed byte of statement or token leads to a root', async () => {
  const chain = await createChain('old')
  for (const name of ['statement', 'device'] as const) {
    const whole = chain[name]
    for (let at = 0; at < whole.length; at += 3) {
      const altered = whole.slice()
      altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8))
      // With another issuer's name in it the token leads elsewhere: to a root that is not known, never to ours.
      const outcome = await verify(chain, { [name]: altered }).then(({ verdict }) => verdict, codeOfThrown)
      expect(outcome, `${name} byte ${at}`).toMatch(
        name === 'device' ? /^(trust\/|format\/|unknown)/ : /^(trust|format)\//,
      )
    }
    expect(await codeOf(chain, { [name]: whole.subarray(0, whole.length - 1) })).toBe('format/malformed')
    expect(await codeOf(chain, { [name]: new Uint8Array([...whole, 0]) })).toBe('format/malformed')
    expect(await codeOf(chain, { [name]: new Uint8Array() })).toBe('format/malformed')
  }
})

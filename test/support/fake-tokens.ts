// Tokens of every kind for the fake bridge: in order, blocked, fresh from the factory, being read, for practice, FIDO2,
// PKCS#11; and a small model of what main does with them.
import type { ErrorData } from '../../src/core/error.ts'
import { slotAlgorithms } from '../../src/core/token.ts'
import type { AttestationView, HolderView, TokenSlotView, TokensView, TokenView } from '../../src/ipc/contract.ts'

const mainSlots: [string, string][] = [
  ['9a', 'Authentication'],
  ['9c', 'Digital signature'],
  ['9d', 'Key management'],
  ['9e', 'Card authentication'],
]
const retired = Array.from({ length: 20 }, (_, at): [string, string] => [
  (0x82 + at).toString(16),
  `Retired key ${at + 1}`,
])

function slot(id: string, algorithm: string, more: Partial<TokenSlotView> = {}): TokenSlotView {
  const name = new Map(mainSlots).get(id) ?? new Map(retired).get(id) ?? id
  return { id, name, algorithm, usedIn: [], canAttest: more.origin === 'generated', ...more }
}

function piv(serial: string, more: Partial<TokenView> = {}): TokenView {
  const slots = more.slots ?? []
  const taken = new Set(slots.map((one) => one.id))
  return {
    id: `piv:${serial}`,
    kind: 'piv',
    name: 'YubiKey 5C NFC',
    serial,
    firmware: '5.7.1',
    reader: 'Yubico YubiKey OTP+FIDO+CCID 00 00',
    rehearsal: false,
    pin: { triesLeft: 3, tries: 3, isDefault: false },
    puk: { triesLeft: 3, tries: 3, isDefault: false },
    managementKey: { algorithm: 'AES-192', isDefault: true },
    reading: false,
    advisories: [],
    can: ['generate', 'attest', 'change-pin', 'change-puk', 'unblock'],
    generateIn: [...mainSlots, ...retired].map(([id, name]) => ({ slot: id, name, taken: taken.has(id) })),
    algorithms: slotAlgorithms,
    ...more,
    slots,
  }
}

export const office = piv('15835999', {
  slots: [
    slot('9a', 'P-256', {
      signerId: 'piv:15835999/9a',
      fingerprint: '77aa 01c9 5be3 f04d',
      origin: 'imported',
      pinPolicy: 'once',
      touchPolicy: 'never',
      certificate: 'CN=alex@example.org',
    }),
    slot('9c', 'P-256', {
      signerId: 'piv:15835999/9c',
      fingerprint: '4dc1 5b70 aa92 e8f3',
      origin: 'generated',
      pinPolicy: 'once',
      touchPolicy: 'always',
      holder: 'Alex Moreau',
      usedIn: ['Example Packages: root', 'Observatory Tools: root'],
    }),
    slot('9d', 'X25519', { why: 'X25519 keys encrypt, they do not sign', origin: 'generated', canAttest: false }),
  ],
})

export const travel = piv('20111222', {
  name: 'YubiKey 5 NFC',
  firmware: '5.4.3',
  pin: { triesLeft: 0, tries: 3 },
  puk: { triesLeft: 2, tries: 3 },
  algorithms: ['P-256', 'P-384', 'RSA-2048'],
  advisories: [
    'firmware below 5.7: somebody who holds this token for a while, with costly instruments, may copy its key (YSA-2024-03)',
  ],
  slots: [
    slot('9c', 'P-256', {
      signerId: 'piv:20111222/9c',
      fingerprint: '4dc1 5b70 aa92 e8f3',
      origin: 'imported',
      pinPolicy: 'always',
      touchPolicy: 'cached',
      holder: 'Alex Moreau',
      usedIn: ['Observatory Tools: root'],
    }),
  ],
})

export const fresh = piv('24003118', {
  name: 'YubiKey 5C Nano',
  pin: { triesLeft: 3, tries: 3, isDefault: true },
  puk: { triesLeft: 3, tries: 3, isDefault: true },
})

const arriving = piv('31774205', {
  name: 'YubiKey',
  reading: true,
  generateIn: [],
  can: [],
})

export const practice = piv('99000001', {
  id: 'piv:practice',
  name: 'Practice token',
  rehearsal: true,
  pin: { triesLeft: 2, tries: 3 },
})

export const securityKey: TokenView = {
  id: 'fido:/dev/hidraw3',
  kind: 'fido',
  name: 'Security Key C NFC',
  reader: '/dev/hidraw3',
  rehearsal: false,
  firmware: '5.7.4',
  pin: { triesLeft: 8, tries: 8 },
  reading: false,
  advisories: [],
  can: ['wrap-key'],
  generateIn: [],
  algorithms: [],
  slots: [
    {
      id: 'noor-release',
      name: 'Software key, locked with this token',
      algorithm: 'Ed25519',
      signerId: 'fido:noor-release',
      fingerprint: '2a87 5df1 b06e c944',
      touchPolicy: 'always',
      holder: 'Noor Haddad',
      usedIn: [],
      canAttest: false,
    },
  ],
}

const spareKey: TokenView = { ...securityKey, id: 'fido:/dev/hidraw5', name: 'Titan Security Key', slots: [] }

const module: TokenView = {
  id: 'pkcs11:c0ffee12',
  kind: 'pkcs11',
  name: 'ceremony-hsm',
  serial: 'c0ffee12',
  reader: '/usr/lib/softhsm/libsofthsm2.so',
  rehearsal: false,
  reading: false,
  advisories: [],
  can: [],
  generateIn: [],
  algorithms: [],
  slots: [
    {
      id: '02',
      name: 'release-2026',
      algorithm: 'P-384',
      signerId: 'pkcs11:c0ffee12/02',
      fingerprint: 'be12 77f0 4a1d 9c05',
      usedIn: [],
      canAttest: false,
    },
  ],
}

const holders: HolderView[] = [
  {
    name: 'Alex Moreau',
    keys: [
      {
        signerId: 'piv:15835999/9c',
        fingerprint: '4dc1 5b70 aa92 e8f3',
        algorithm: 'P-256',
        tokenName: 'YubiKey 5C NFC',
        serial: '15835999',
        slot: '9c',
        pinPolicy: 'once',
        touchPolicy: 'always',
        attested: 'made on this device, touch for every signature',
        proven: true,
        here: true,
        rehearsal: false,
        enrolledAt: '2026-11-02T10:20:00Z',
      },
      {
        signerId: 'piv:20111222/9c',
        fingerprint: '4dc1 5b70 aa92 e8f3',
        algorithm: 'P-256',
        tokenName: 'YubiKey 5 NFC',
        serial: '20111222',
        slot: '9c',
        pinPolicy: 'always',
        touchPolicy: 'cached',
        attested: 'adopted: nobody can prove where this key was made',
        proven: false,
        here: true,
        rehearsal: false,
        enrolledAt: '2026-11-02T10:31:00Z',
      },
    ],
    usedIn: ['Example Packages: root', 'Observatory Tools: root'],
  },
  {
    name: 'Noor Haddad',
    keys: [
      {
        signerId: 'fido:noor-release',
        fingerprint: '2a87 5df1 b06e c944',
        algorithm: 'Ed25519',
        tokenName: 'Security Key C NFC',
        slot: 'noor-release',
        touchPolicy: 'always',
        attested: 'adopted: nobody can prove where this key was made',
        proven: false,
        here: true,
        rehearsal: false,
        enrolledAt: '2026-10-11T08:00:00Z',
      },
    ],
    usedIn: [],
  },
]

const problems: TokensView['problems'] = [
  {
    where: 'smart cards',
    error: {
      code: 'signer/absent',
      message: 'the smart card service is not running, so PIV tokens cannot be seen',
      hint: 'start it with: systemctl start pcscd',
    },
  },
  {
    where: 'FIDO2 security keys',
    error: {
      code: 'signer/unsupported',
      message: 'this system lets no program but its own open FIDO2 keys',
      hint: 'use the same YubiKey as a PIV smart card instead',
    },
  },
]

export function tokensFor(scenario: string): TokensView {
  const none: TokensView = { tokens: [], problems: [], holders: [], modules: [], practising: false, vendorRoots: [] }
  if (scenario === 'empty') return none
  if (scenario === 'troubled') return { ...none, problems }
  if (scenario === 'calm') return { ...none, tokens: [fresh], vendorRoots: ['Yubico PIV Root CA Serial 263751'] }
  return {
    ...none,
    tokens: [office, travel, fresh, arriving, practice, securityKey, spareKey, module],
    holders,
    modules: ['/usr/lib/softhsm/libsofthsm2.so'],
    practising: true,
    vendorRoots: scenario === 'tokens' ? ['Yubico PIV Root CA Serial 263751', 'Yubico Attestation Root 1'] : [],
  }
}

export const proof: AttestationView = {
  verdict: 'unknown-root',
  slot: '9c',
  serial: '15835999',
  firmware: '5.7.1',
  pinPolicy: 'once',
  touchPolicy: 'always',
  formFactor: 'USB-C keychain',
  fips: false,
  advisories: [],
  fingerprint: '4dc1 5b70 aa92 e8f3',
  sentence: 'the token says that the key was made on it and asks for a touch for every signature',
}

export const taken: ErrorData = {
  code: 'usage/invalid',
  message: 'slot 9c holds a key already',
  hint: 'allow it to be replaced, or choose another slot',
}

export function replaceToken(view: TokensView, token: TokenView): TokensView {
  return { ...view, tokens: view.tokens.map((one) => (one.id === token.id ? token : one)) }
}

/** What is in the slot now is a new key; what was there is lost. */
export function withKey(view: TokensView, tokenId: string, made: TokenSlotView): TokensView {
  const token = view.tokens.find((one) => one.id === tokenId)
  if (token === undefined) return view
  const slots = [...token.slots.filter((one) => one.id !== made.id), made].sort((a, b) => (a.id < b.id ? -1 : 1))
  const generateIn = token.generateIn.map((one) => (one.slot === made.id ? { ...one, taken: true } : one))
  return replaceToken(view, { ...token, slots, generateIn })
}

export function madeSlot(tokenId: string, id: string, algorithm: string, more: Partial<TokenSlotView>): TokenSlotView {
  return slot(id, algorithm, {
    signerId: `${tokenId}/${id}`,
    fingerprint: 'c0de 57a7 10ff 2b1e',
    origin: 'generated',
    ...more,
  })
}

export function withHolder(view: TokensView, name: string, tokenId: string, id: string, at: string): TokensView {
  const token = view.tokens.find((one) => one.id === tokenId)
  const held = token?.slots.find((one) => one.id === id)
  if (token === undefined || held?.signerId === undefined) return view
  const key: HolderView['keys'][number] = {
    signerId: held.signerId,
    fingerprint: held.fingerprint ?? '',
    algorithm: held.algorithm,
    tokenName: token.name,
    ...(token.serial === undefined ? {} : { serial: token.serial }),
    slot: id,
    ...(held.pinPolicy === undefined ? {} : { pinPolicy: held.pinPolicy }),
    ...(held.touchPolicy === undefined ? {} : { touchPolicy: held.touchPolicy }),
    attested: token.rehearsal
      ? 'a practice key: no device protects it'
      : 'its proof leads to a root that is not known here',
    proven: false,
    here: true,
    rehearsal: token.rehearsal,
    enrolledAt: at,
  }
  const known = view.holders.find((one) => one.name === name)
  const next = known === undefined ? { name, keys: [key], usedIn: [] } : { ...known, keys: [...known.keys, key] }
  const slots = token.slots.map((one) => (one.id === id ? { ...one, holder: name } : one))
  return {
    ...replaceToken(view, { ...token, slots }),
    holders: [...view.holders.filter((one) => one.name !== name), next],
  }
}

export function withoutKey(view: TokensView, name: string, signerId: string): TokensView {
  const holdersLeft = view.holders
    .map((one) => (one.name === name ? { ...one, keys: one.keys.filter((key) => key.signerId !== signerId) } : one))
    .filter((one) => one.keys.length > 0)
  const tokens = view.tokens.map((token) => ({
    ...token,
    slots: token.slots.map((one) => {
      if (one.signerId !== signerId) return one
      const { holder: _, ...rest } = one
      return rest
    }),
  }))
  return { ...view, tokens, holders: holdersLeft }
}

// Addresses of keys: the examples of RFC 7512, section 3, what must be refused, and writing as the inverse of reading.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isKeyUri, type KeyUri, parseKeyUri, toKeyUri } from '../../../src/node/pkcs11/uri.ts'
import { codeOfCall } from '../../support/thrown.ts'

const form = 'pkcs11' as const
const examples: readonly (readonly [string, KeyUri])[] = [
  ['pkcs11:', { form }],
  ['pkcs11:object=my-pubkey;type=public', { form, object: 'my-pubkey', type: 'public' }],
  [
    'pkcs11:object=my-key;type=private?pin-source=file:/etc/token',
    { form, object: 'my-key', type: 'private', pinSource: 'file:/etc/token' },
  ],
  [
    'pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;model=1.0;object=my-certificate;type=cert;id=%69%95%3E%5C%F4%BD%EC%91;serial=?pin-source=file:/etc/token_pin',
    {
      form,
      token: 'The Software PKCS#11 Softtoken',
      manufacturer: 'Snake Oil, Inc.',
      model: '1.0',
      object: 'my-certificate',
      type: 'cert',
      id: Uint8Array.of(0x69, 0x95, 0x3e, 0x5c, 0xf4, 0xbd, 0xec, 0x91),
      serial: '',
      pinSource: 'file:/etc/token_pin',
    },
  ],
  [
    'pkcs11:object=my-sign-key;type=private?module-name=mypkcs11',
    { form, object: 'my-sign-key', type: 'private', moduleName: 'mypkcs11' },
  ],
  [
    'pkcs11:object=my-sign-key;type=private?module-path=/mnt/libmypkcs11.so.1',
    { form, object: 'my-sign-key', type: 'private', modulePath: '/mnt/libmypkcs11.so.1' },
  ],
  ['pkcs11:slot-description=Sun%20Metaslot', { form, slotDescription: 'Sun Metaslot' }],
  [
    'pkcs11:library-manufacturer=Snake%20Oil,%20Inc.;library-description=Soft%20Token%20Library;library-version=1.23',
    {
      form,
      libraryManufacturer: 'Snake Oil, Inc.',
      libraryDescription: 'Soft Token Library',
      libraryVersion: '1.23',
    },
  ],
  [
    'pkcs11:token=My%20token%25%20created%20by%20Joe;library-version=3;id=%01%02%03%Ba%dd%Ca%fe%04%05%06',
    {
      form,
      token: 'My token% created by Joe',
      libraryVersion: '3',
      id: Uint8Array.of(1, 2, 3, 0xba, 0xdd, 0xca, 0xfe, 4, 5, 6),
    },
  ],
  [
    'pkcs11:token=A%20name%20with%20a%20substring%20%25%3B;object=my-certificate;type=cert',
    { form, token: 'A name with a substring %;', object: 'my-certificate', type: 'cert' },
  ],
  [
    'pkcs11:token=Name%20with%20a%20small%20A%20with%20acute:%20%C3%A1;object=my-certificate;type=cert',
    { form, token: 'Name with a small A with acute: á', object: 'my-certificate', type: 'cert' },
  ],
  ['pkcs11:slot-id=327;slot-manufacturer=A&B', { form, slotId: 327, slotManufacturer: 'A&B' }],
  ['pkcs11:id=a%01', { form, id: Uint8Array.of(0x61, 1) }],
  ['PKCS11:object=a?module-path=/a?b/c|d', { form, object: 'a', modulePath: '/a?b/c|d' }],
  ['hsm:', { form: 'hsm', id: Uint8Array.of(2) }],
  ['hsm:2?label=YubiKey+PIV+%2315835999', { form: 'hsm', id: Uint8Array.of(2), token: 'YubiKey PIV #15835999' }],
  [
    'hsm:25?label=a&serialNumber=00%2B1&manufacturerID=Yubico&model=m',
    { form: 'hsm', id: Uint8Array.of(25), token: 'a', serial: '00+1', manufacturer: 'Yubico', model: 'm' },
  ],
]

test.each(examples)('reads %s', (text, expected) => {
  expect(parseKeyUri(text)).toEqual(expected)
  expect(parseKeyUri(toKeyUri(expected))).toEqual(expected)
})

test.each([
  'pkcs11:token=Software%20PKCS%2311%20softtoken;manufacturer=Snake%20Oil,%20Inc.?pin-value=the-pin',
  'pkcs11:?pin-value=',
  'pkcs11:token=my-token;object=my-certificate;type=cert;vendor-aaa=value-a',
  'pkcs11:token=a?vendor-bbb=value-b',
  'pkcs11:token=a;token=a',
  'pkcs11:?module-name=a&module-name=a',
  'pkcs11:token=a;',
  'pkcs11:;token=a',
  'pkcs11:token',
  'pkcs11:=a',
  'pkcs11:token=a%2',
  'pkcs11:token=a%zz',
  'pkcs11:token=%',
  'pkcs11:token=%C3',
  'pkcs11:token=%ED%A0%80',
  'pkcs11:token=a b',
  'pkcs11:token=a/b',
  'pkcs11:token=a#b',
  'pkcs11:token=á',
  'pkcs11:type=key',
  'pkcs11:type=Private',
  'pkcs11:Token=a',
  'pkcs11:id=',
  'pkcs11:slot-id=',
  'pkcs11:slot-id=0x1',
  'pkcs11:slot-id=-1',
  'pkcs11:slot-id=99999999999999999999',
  'pkcs11:library-version=1.2.3',
  'pkcs11:library-version=.1',
  'pkcs11:module-path=/a',
  'pkcs11:?token=a',
  'pkcs11:?module-path=',
  'pkcs11:?pin-source=|a;b',
  ` pkcs11:token=a`,
  'pkcs11',
  'http://example.org',
  '',
  'hsm:256',
  'hsm:02',
  'hsm:-1',
  'hsm:x',
  'hsm:2?label=a&label=a',
  'hsm:2?pin=1',
  'hsm:2?label=',
  'hsm:2?label',
  'hsm:2?label=a%2',
  'hsm:2?label=a#b',
  'hsm:2?label=a%ff',
])('refuses %s', (text) => {
  expect(codeOfCall(() => parseKeyUri(text))).toBe('usage/invalid')
})

test('refuses an address that is too long', () => {
  const of = (length: number) => `pkcs11:token=${'a'.repeat(length - 'pkcs11:token='.length)}`
  expect(codeOfCall(() => parseKeyUri(of(4096)))).toBe('ok')
  expect(codeOfCall(() => parseKeyUri(of(4097)))).toBe('usage/invalid')
})

test('a PIN in an address never comes back in the error', () => {
  try {
    parseKeyUri('pkcs11:token=a?pin-value=48151623')
  } catch (error) {
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('48151623')
    return
  }
  expect.unreachable()
})

test('tells an address from our own ids', () => {
  expect(['pkcs11:token=a', 'pkcs11:', 'pkcs11:?module-name=a', 'hsm:2'].map(isKeyUri)).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(['pkcs11:0123/02', 'pkcs11:a%3Db/02', 'piv:1/9c', 'file:dana'].map(isKeyUri)).toEqual([
    false,
    false,
    false,
    false,
  ])
})

test('reads what it wrote', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 })
  const filled = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
  const id = fc.uint8Array({ minLength: 1, maxLength: 8 })
  const types = fc.constantFrom('public', 'private', 'cert', 'secret-key', 'data') as fc.Arbitrary<
    NonNullable<KeyUri['type']>
  >
  const uris = fc.record(
    {
      form: fc.constant('pkcs11' as const),
      token: text,
      manufacturer: text,
      serial: text,
      model: text,
      libraryManufacturer: text,
      libraryDescription: text,
      libraryVersion: fc.constantFrom('1', '1.23'),
      slotDescription: text,
      slotManufacturer: text,
      slotId: fc.nat(),
      object: text,
      id,
      type: types,
      modulePath: filled,
      moduleName: filled,
      pinSource: filled,
    },
    { requiredKeys: ['form'] },
  )
  const isKept = (uri: KeyUri): void => {
    expect(parseKeyUri(toKeyUri(uri))).toEqual(uri)
  }
  fc.assert(fc.property(uris, isKept))
  const hsms = fc.record(
    {
      form: fc.constant('hsm' as const),
      id: fc.uint8Array({ minLength: 1, maxLength: 1 }),
      token: filled,
      serial: filled,
      manufacturer: filled,
      model: filled,
    },
    { requiredKeys: ['form', 'id'] },
  )
  fc.assert(fc.property(hsms, isKept))
})

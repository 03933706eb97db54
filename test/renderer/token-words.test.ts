// How tokens are written: serials, tries, places, what is proposed for a new key, and which tokens must be told apart.
import { expect, test } from 'vitest'
import type { TokenKind } from '../../src/core/token.ts'
import type { TokenView } from '../../src/ipc/contract.ts'
import {
  adoptable,
  devicesOf,
  emptySlots,
  factorySentence,
  groupSerials,
  isLow,
  lowPin,
  mustChoose,
  originText,
  policiesText,
  proposedSlot,
  signerPlace,
  tokenTitle,
  triesText,
  triesTone,
  wrappedElsewhere,
} from '../../src/renderer/token-words.ts'
import { proposals, withTwoTokens } from '../support/fake-proposals.ts'
import { fresh, office, securityKey, tokensFor, travel } from '../support/fake-tokens.ts'

test('serials stand in groups of three, from the right', () => {
  expect(groupSerials('YubiKey 15835999, slot 9c')).toBe('YubiKey 15 835 999, slot 9c')
  expect(groupSerials('YubiKey 15 835 999')).toBe('YubiKey 15 835 999')
  expect(tokenTitle(office)).toBe('YubiKey 5C NFC 15 835 999')
  expect(tokenTitle(securityKey)).toBe('Security Key C NFC')
  expect(tokenTitle({ name: 'a\u202eb', serial: '1' })).not.toContain('\u202e')
})

test('tries are told before they are lost', () => {
  expect(triesText({ triesLeft: 2, tries: 3 })).toBe('2 of 3 tries left')
  expect(triesText({ triesLeft: 1 })).toBe('1 try left')
  expect(triesText({ triesLeft: 0, tries: 3 })).toBe('blocked')
  expect(triesText({})).toBeUndefined()
  expect([3, 2, 1, 0].map((triesLeft) => triesTone({ triesLeft, tries: 3 }))).toEqual(['plain', 'warn', 'bad', 'bad'])
  expect(isLow({ triesLeft: 8, tries: 8 })).toBe(false)
  expect(isLow({ triesLeft: 7, tries: 8 })).toBe(true)
  expect(isLow({ triesLeft: 3 })).toBe(false)
  expect(isLow({})).toBe(false)
})

test('the factory PIN is named, and only what is known to be one', () => {
  expect(factorySentence(fresh)).toBe('The PIN and the PUK are still those it left the factory with')
  expect(factorySentence({ pin: { isDefault: true } })).toBe('The PIN is still the one it left the factory with')
  expect(factorySentence(office)).toBeUndefined()
  expect(factorySentence(travel)).toBeUndefined()
})

test('a new key goes to 9c, but never where one is, as long as there is room', () => {
  expect(proposedSlot(fresh)).toBe('9c')
  expect(proposedSlot(office)).toBe('9e')
  const full = { generateIn: fresh.generateIn.map((one) => ({ ...one, taken: true })) }
  expect(proposedSlot(full)).toBe('9a')
  expect(proposedSlot({ generateIn: [] })).toBeUndefined()
  expect(emptySlots(office)).toBe(21)
  expect(emptySlots(fresh)).toBe(24)
})

test('only a key that can sign and is nobody’s can be adopted', () => {
  expect(adoptable(office).map((slot) => slot.id)).toEqual(['9a'])
  expect(adoptable(travel)).toEqual([])
})

test('policies and origin in words', () => {
  expect(policiesText({ pinPolicy: 'once', touchPolicy: 'always' })).toBe('PIN once, touch for every signature')
  expect(policiesText({})).toBe('')
  expect(originText('generated')).toBeDefined()
  expect(originText('imported')).toContain('copy')
  expect(originText(undefined)).toBeUndefined()
})

const renewal = proposals.find((one) => one.id.startsWith('observatory#root'))
if (renewal === undefined) throw new Error('the renewal is not among the proposals')
const two = withTwoTokens(renewal).signers

test('two tokens are told apart by serial and slot, and neither is chosen for a person', () => {
  expect(two.map(signerPlace)).toEqual(['YubiKey 15 835 999, slot 9c', 'YubiKey 20 111 222, slot 9c'])
  expect(mustChoose(two)).toBe(true)
  expect(mustChoose(renewal.signers)).toBe(false)
  const token = { name: 'YubiKey 5C NFC', serial: '15835999', slot: '9c' }
  expect(signerPlace({ id: 'piv:15835999/9c', label: 'YubiKey', token })).toBe('YubiKey 15 835 999, slot 9c')
  expect(
    signerPlace({ id: 'fido:root', label: 'Security Key, slot root', token: { name: 'Security Key', slot: 'root' } }),
  ).toBe('Security Key, slot root')
  expect(signerPlace({ id: 'file:dana', label: 'dana' })).toBe('dana')
})

test('a low PIN is told with the signer, the total from the token when it is here', () => {
  const view = tokensFor('rich')
  expect(two.map((signer) => lowPin(signer, view))).toEqual(['2 of 3 PIN tries left', undefined])
  expect(two.map((signer) => lowPin(signer, undefined))).toEqual(['2 PIN tries left', undefined])
})

test('a spare is offered for keys that this token does not open yet', () => {
  const view = tokensFor('rich')
  const spare = view.tokens.find((token) => token.name === 'Titan Security Key')
  expect(spare).toBeDefined()
  expect(spare === undefined ? [] : wrappedElsewhere(view, spare)).toEqual(['noor-release'])
  expect(wrappedElsewhere(view, securityKey)).toEqual([])
})

test('a YubiKey that is a smart card and a FIDO2 key is one device; other tokens are never joined', () => {
  const side = (id: string, kind: TokenKind, serial?: string, rehearsal = false): TokenView => ({
    id,
    kind,
    name: 'YubiKey',
    reader: id,
    rehearsal,
    reading: false,
    advisories: [],
    slots: [],
    can: [],
    generateIn: [],
    algorithms: [],
    ...(serial === undefined ? {} : { serial }),
  })
  const ids = (tokens: TokenView[]): string[][] => devicesOf(tokens).map((sides) => sides.map(({ id }) => id))
  expect(ids([side('a', 'piv', '1'), side('b', 'fido', '1'), side('c', 'fido', '2')])).toEqual([['a', 'b'], ['c']])
  expect(ids([side('a', 'piv'), side('b', 'fido')])).toEqual([['a'], ['b']])
  expect(ids([side('a', 'piv', '1'), side('b', 'piv', '1')])).toEqual([['a'], ['b']])
  expect(ids([side('a', 'piv', '1', true), side('b', 'fido', '1')])).toEqual([['a'], ['b']])
})

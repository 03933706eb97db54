// How a token is named: its serial in groups of three, and once.
import { expect, test } from 'vitest'
import { serialWords, tokenLabel } from '../../src/core/token-words.ts'

test('serials are grouped for people, and only where they are numbers', () => {
  for (const [serial, words] of [
    ['15835999', '15 835 999'],
    ['1000', '1 000'],
    ['999', '999'],
    ['c0ffee12', 'c0ffee12'],
    ['', ''],
  ]) {
    expect(serialWords(serial ?? '')).toBe(words)
  }
})

test('a token is called by its name and its serial, and not by its serial twice', () => {
  expect(tokenLabel({ name: 'YubiKey 5C NFC', serial: '15835999' })).toBe('YubiKey 5C NFC 15 835 999')
  expect(tokenLabel({ name: 'Titan Security Key' })).toBe('Titan Security Key')
  expect(tokenLabel({ name: 'Card', serial: '' })).toBe('Card')
  expect(tokenLabel({ name: 'YubiKey PIV #15835999', serial: '15835999' })).toBe('YubiKey PIV #15835999')
})

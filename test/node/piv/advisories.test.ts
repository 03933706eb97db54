// Which firmware and which kind of key an advisory is about.
import { expect, test } from 'vitest'
import { advisoriesFor } from '../../../src/node/piv/advisories.ts'

const count = (firmware: string, algorithm: string): number => advisoriesFor(firmware, algorithm).length

test('ECDSA keys below 5.7.0, RSA keys from 4.2.0 to 4.3.4', () => {
  for (const firmware of ['4.1.9', '4.3.4', '4.3.5', '5.4.3', '5.6.255']) {
    expect(advisoriesFor(firmware, 'P-256').join()).toContain('YSA-2024-03')
    expect(count(firmware, 'P-384')).toBe(1)
  }
  for (const firmware of ['5.7.0', '5.7.4', '6.0.0', '10.0.0']) expect(count(firmware, 'P-256')).toBe(0)
  for (const firmware of ['4.2.0', '4.3.4']) expect(advisoriesFor(firmware, 'RSA-2048').join()).toContain('ROCA')
  for (const firmware of ['4.1.9', '4.3.5', '5.4.3']) expect(count(firmware, 'RSA-2048')).toBe(0)
  expect(count('5.4.3', 'Ed25519')).toBe(0)
  expect(count('', 'P-256')).toBe(0)
})

// Fuses as they lie in a binary: each one that is not as it must be is named, in every copy of the wire.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { judgeFuses, readFuses } from '../../src/main/fuse-wire.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const right = '010011001'
const wire = (states: string, schema = 1): Buffer =>
  Buffer.concat([
    Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
    Buffer.from([schema, states.length]),
    Buffer.from(states),
  ])
const binary = (...wires: Buffer[]): Buffer =>
  Buffer.concat([Buffer.alloc(5000, 7), ...wires.flatMap((one) => [one, Buffer.alloc(3000, 9)])])

test('as they must be, in one copy or in two', async () => {
  const states = '010010000'.split('')
  states[5] = '1'
  states[8] = '1'
  expect(states.join('')).toBe('010011001')
  expect(judgeFuses(binary(wire(right))).isRight).toBe(true)
  expect(judgeFuses(binary(wire(right), wire(right))).isRight).toBe(true)
  const path = join(temporaryFolder(), 'electron')
  writeFileSync(path, binary(wire(right)))
  expect((await readFuses(path, 'linux')).isRight).toBe(true)
})

test.each([
  ['the first is on', '110011001', 'RunAsNode'],
  ['the archive is not checked', '010001001', 'EnableEmbeddedAsarIntegrityValidation'],
  ['one is taken away', '01001100r', 'WasmTrapHandlers'],
  ['one is missing', '01001100', 'WasmTrapHandlers'],
])('%s', (_, states, name) => {
  expect(judgeFuses(binary(wire(states)))).toEqual({ isRight: false, found: expect.stringContaining(name) })
  expect(judgeFuses(binary(wire(right), wire(states))).isRight).toBe(false)
})

test('a binary without a wire, or with one of another kind', () => {
  expect(judgeFuses(binary()).isRight).toBe(false)
  expect(judgeFuses(binary(wire(right, 2))).isRight).toBe(false)
})

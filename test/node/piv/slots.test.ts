import { expect, test } from 'vitest'
import { attestationSlot, isSlotId, slotOf, slots } from '../../../src/node/piv/slots.ts'
import { codeOfCall } from '../../support/thrown.ts'

test('all slots, and where their certificates lie', () => {
  expect(slots.length).toBe(24)
  const objects = Object.fromEntries(slots.map(({ id, certificateObject }) => [id, certificateObject.toString(16)]))
  expect(objects).toMatchObject({ '9a': '5fc105', '9c': '5fc10a', '9d': '5fc10b', '9e': '5fc101' })
  expect([objects['82'], objects['83'], objects['95']]).toEqual(['5fc10d', '5fc10e', '5fc120'])
  expect(attestationSlot.certificateObject).toBe(0x5fff01)
})

test('a name stands for its key reference', () => {
  for (const { id, reference } of [...slots, attestationSlot]) {
    expect(reference.toString(16)).toBe(id)
    expect(slotOf(id).reference).toBe(reference)
  }
})

test('what each slot asks for when nobody said', () => {
  const policies = slots.map(({ id, defaultPinPolicy }) => `${id} ${defaultPinPolicy}`)
  expect(policies.slice(0, 5)).toEqual(['9c always', '9a once', '9d once', '9e never', '82 once'])
})

test('no other name is a slot', () => {
  for (const id of ['', '9b', '80', '81', '96', '9C', '9c ', 'constructor', '154']) {
    expect(isSlotId(id)).toBe(false)
    expect(codeOfCall(() => slotOf(id))).toBe('usage/invalid')
  }
})

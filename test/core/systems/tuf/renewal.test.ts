// What is late is judged by the role's own period, and by who renews it.
import { describe, expect, test } from 'vitest'
import { settingsOf } from '../../../../src/core/systems/tuf/configuration/settings.ts'
import { encodeMetadata } from '../../../../src/core/systems/tuf/encode.ts'
import { type Metadata, parseMetadata } from '../../../../src/core/systems/tuf/metadata.ts'
import { dueOf } from '../../../../src/core/systems/tuf/renewal.ts'
import { openOffice } from '../../../support/office.ts'
import { days, now, signedOf, testRepository } from '../../../support/repository.ts'

const settings = settingsOf(undefined)
const repository = await testRepository()
const root = parseMetadata(repository.anchor, 'root', 'root')

function targets(left: number, more: object = {}): Metadata {
  const fields = { ...signedOf(repository, '1.targets.json', 'targets'), ...more, expires: days(left) }
  return parseMetadata(encodeMetadata(fields), 'targets', 'targets')
}

function timestamp(left: number): Metadata {
  const fields = { ...signedOf(repository, 'timestamp.json', 'timestamp'), expires: days(left) }
  return parseMetadata(encodeMetadata(fields), 'timestamp', 'timestamp')
}

describe('what people sign', () => {
  test.each([
    [200, {}, 'later'],
    [40, {}, 'now'],
    [10, {}, 'late'],
    [-1, {}, 'late'],
    [100, { 'x-tuf-on-ci-signing-period': 120 }, 'now'],
    [40, { 'x-tuf-on-ci-expiry-period': 60 }, 'later'],
    [5, { 'x-tuf-on-ci-expiry-period': 10, 'x-tuf-on-ci-signing-period': 3 }, 'later'],
  ])('%i days left, %j: %s', (left, more, due) => {
    expect(dueOf(targets(left, more), false, root, settings, now)).toBe(due)
  })
})

test('what a machine renews is late only past the moment at which it should have been renewed', () => {
  expect([7, 3, 2, 1].map((left) => dueOf(timestamp(left), true, root, settings, now))).toEqual([
    'later',
    'later',
    'now',
    'late',
  ])
  const slow = { ...settings, timestamp: { ...settings.timestamp, expiryDays: 30 } }
  expect(dueOf(timestamp(8), true, root, slow, now)).toBe('now')
  expect(dueOf(targets(130), true, root, settings, now)).toBe('later')
  expect(dueOf(targets(100), true, root, settings, now)).toBe('now')
})

test('a repository that was just made has nothing that is due', async () => {
  const office = await openOffice()
  const { source, context } = office.repository
  const { tufSystem } = await import('../../../../src/core/systems/tuf/system.ts')
  const { plainLayout } = await import('../../../../src/core/systems/tuf/layouts/plain.ts')
  const { roles } = await tufSystem(plainLayout).state(source, context)
  expect(new Set(roles.map(({ due }) => due))).toEqual(new Set(['later']))
})

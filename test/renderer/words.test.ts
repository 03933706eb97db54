// Counts, lists, times, quorums and errors in words.
import { expect, test } from 'vitest'
import { missingSentence } from '../../src/core/quorum-words.ts'
import type { QuorumKeyView, QuorumView } from '../../src/ipc/contract.ts'
import { errorWords, todoOf, wordsFor } from '../../src/renderer/error-words.ts'
import {
  countOf,
  daysText,
  expiryTone,
  groupsOfFour,
  isLongHex,
  leftText,
  listOf,
  riskCount,
  sentenceOf,
  utcOf,
} from '../../src/renderer/format.ts'
import {
  agreeTitle,
  holderName,
  keyName,
  missingSentences,
  progressText,
  standingOf,
  waysOf,
} from '../../src/renderer/quorum.ts'

test('small counts are words, large ones figures', () => {
  expect(countOf(0, 'change')).toBe('no changes')
  expect(countOf(1, 'change')).toBe('one change')
  expect(countOf(61, 'field')).toBe('61 fields')
  expect(countOf(2, 'repository', 'repositories')).toBe('two repositories')
})

test('lists read like sentences', () => {
  expect(listOf([])).toBe('')
  expect(listOf(['A'])).toBe('A')
  expect(listOf(['A', 'B', 'C'])).toBe('A, B and C')
  expect(listOf(['A', 'B'], 'or')).toBe('A or B')
})

test('a message becomes a sentence, but a path keeps its letters', () => {
  expect(sentenceOf('the disk is full')).toBe('The disk is full.')
  expect(sentenceOf('metadata/root.json is too large')).toBe('metadata/root.json is too large.')
  expect(sentenceOf('http://localhost/ is down')).toBe('http://localhost/ is down.')
  expect(sentenceOf('Is it here?')).toBe('Is it here?')
})

test('times are UTC to the minute, and what is no time stays as it is', () => {
  expect(utcOf('2026-11-30T00:00:00Z')).toBe('2026-11-30 00:00 UTC')
  expect(utcOf('2026-11-30T01:30:00+02:00')).toBe('2026-11-29 23:30 UTC')
  for (const text of ['', 'soon', '2026-11-30', '2026-13-30T00:00:00Z', '1764460800'])
    expect(utcOf(text)).toBeUndefined()
})

test('a key without a name is called by its fingerprint, and by its id only when it cannot be read', () => {
  const key = { label: 'P-256', id: 'f36c018e59b27da40c' }
  const read = { ...key, fingerprint: '7247 f0a1 c39d 58be 11d0 93bc 0a64 90e1' }
  expect(holderName({ ...read, owner: 'Dana' })).toBe('Dana')
  expect(holderName(read)).toBe('P-256 key 7247 f0a1')
  expect(keyName(read)).toBe(read.fingerprint)
  expect(holderName(key)).toBe('P-256 key id f36c018e')
  expect(keyName(key)).toBe('id f36c018e59b27da4')
})

test('days left say when it is over', () => {
  expect(daysText(9.7)).toBe('9 days')
  expect(daysText(1)).toBe('1 day')
  expect(daysText(0.4)).toBe('today')
  expect(daysText(-0.5)).toBe('expired 1 day ago')
  expect(daysText(-3)).toBe('expired 3 days ago')
  expect([9, 1, 0.4, -1].map(leftText)).toEqual(['9 days left', '1 day left', 'expires today', 'expired 1 day ago'])
  expect((['late', 'now', 'later'] as const).map((due) => expiryTone({ due }))).toEqual(['bad', 'warn', 'ok'])
})

test('hex is grouped by four, other values are not taken for hex', () => {
  expect(groupsOfFour('9c4107be5f')).toEqual(['9c41', '07be', '5f'])
  expect(isLongHex('9c4107be5f2ad831')).toBe(true)
  for (const text of ['15', '9c4107be', '2027-12-30T00:00:00Z', '9c4107be5f2ad83g']) expect(isLongHex(text)).toBe(false)
})

test('the count of risks names all of them', () => {
  const of = (...risks: ('dangerous' | 'notable' | 'routine')[]) => riskCount(risks.map((risk) => ({ risk })))
  expect(of('dangerous', 'routine', 'dangerous', 'notable')).toBe(
    'Two changes are dangerous, one is worth a look and one is routine.',
  )
  expect(of('routine')).toBe('One change is routine.')
  expect(of()).toBe('Nothing changes.')
})

const key = (owner: string, more: Partial<QuorumKeyView> = {}): QuorumKeyView => ({
  id: owner,
  ids: [owner],
  owner,
  label: 'Ed25519',
  signed: false,
  rehearsal: false,
  signerIds: [],
  ...more,
})

function quorum(threshold: number, keys: QuorumKeyView[]): QuorumView {
  const signed = keys.filter((one) => one.signed).length
  return { name: 'Root 14', threshold, signed, met: signed >= threshold, keys, strangers: [] }
}

test('who is missing is said by name', () => {
  expect(missingSentence(quorum(2, [key('A', { signed: true }), key('B'), key('C')]))).toBe(
    'Root 14: one more signature needed, from B or C.',
  )
  expect(missingSentence(quorum(2, [key('A'), key('B')]))).toBe('Root 14: two more signatures needed, from A and B.')
  expect(missingSentence(quorum(2, [key('A'), key('B'), key('C')]))).toBe(
    'Root 14: two more signatures needed, from any 2 of A, B and C.',
  )
  expect(missingSentence(quorum(3, [key('A')]))).toContain('too few keys')
  expect(progressText(quorum(1, [key('A', { signed: true }), key('B', { signed: true })]))).toBe('2 signed, 1 needed')
})

test('of several ways to one end a single one is enough, and what is left of each is said', () => {
  const way = (by: string, name: string, threshold: number, keys: QuorumKeyView[]) => ({
    ...quorum(threshold, keys),
    name,
    way: { to: 'current', by },
  })
  const admins = way('admin', 'Admins', 2, [key('A', { signed: true }), key('B')])
  const master = (signed: boolean) => way('master', 'Master keys', 1, [key('M', { signed })])
  const fresh = { ...quorum(1, [key('D')]), name: 'Every new key' }
  expect(agreeTitle([admins, master(false), fresh])).toBe('Who must agree: both')
  expect(waysOf([admins, master(false), fresh])).toEqual([[[admins], [master(false)]], [[fresh]]])
  expect(missingSentences([admins, master(false), fresh])).toEqual([
    'Admins: one more signature needed, from B. Or: Master keys: one more signature needed, from M.',
    'Every new key: one more signature needed, from D.',
  ])
  expect(missingSentences([admins, master(true), fresh])[0]).toBe('Master keys: complete, with one signature.')
})

test('how a key stands', () => {
  expect(standingOf(key('A', { signed: true, signerIds: ['x'] }))).toBe('signed')
  expect(standingOf(key('A', { signerIds: ['x'], reason: 'old' }))).toBe('mine')
  expect(standingOf(key('A', { reason: 'old' }))).toBe('invalid')
  expect(standingOf(key('A'))).toBe('missing')
})

test('every error has a title, a meaning and something to do, without an exclamation mark', () => {
  for (const words of Object.values(errorWords)) {
    for (const text of [words.title, words.meaning, words.todo]) {
      expect(text).not.toBe('')
      expect(text).not.toContain('!')
    }
  }
  expect(wordsFor({ code: 'trust/from-the-future' })).toBe(errorWords['internal/bug'])
  expect(wordsFor({ code: 'constructor' })).toBe(errorWords['internal/bug'])
})

test('what was cut off in the middle is never called unchanged', () => {
  const words = wordsFor({ code: 'signer/failed', data: { uncertain: true } })
  expect(words.meaning).not.toBe(wordsFor({ code: 'signer/failed' }).meaning)
  expect(words.meaning).not.toMatch(/nothing/i)
})

test('a change that is decided is never called unchanged', () => {
  const words = wordsFor({ code: 'source/unreachable', data: { committed: true } })
  expect(words).not.toBe(errorWords['source/unreachable'])
  expect(`${words.title} ${words.meaning}`).not.toMatch(/nothing was (changed|written|signed)/i)
})

test('a hint that names a command is for a terminal; a screen says what can be done on it', () => {
  const error = { code: 'signer/pin-blocked', message: 'blocked' } as const
  const command = todoOf({ ...error, hint: 'unblock it with the PUK: countersign tokens unblock' })
  expect(command).toBe(errorWords['signer/pin-blocked'].todo)
  expect(todoOf(error)).toBe(command)
  expect(todoOf({ ...error, hint: 'take the spare token' })).toBe('take the spare token')
})

test('a wrong or blocked secret is named where it is known', () => {
  expect(wordsFor({ code: 'signer/pin-wrong', data: { secret: 'PUK' } }).title).toContain('PUK')
  expect(wordsFor({ code: 'signer/pin-blocked', data: { secret: 'PIN' } }).title).toContain('PIN')
  expect(wordsFor({ code: 'signer/pin-wrong' })).toBe(errorWords['signer/pin-wrong'])
  expect(wordsFor({ code: 'signer/busy', data: { secret: 'PIN' } })).toBe(errorWords['signer/busy'])
})

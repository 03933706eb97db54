// Names that may not become paths, as data: what is refused, and what honest repositories use and must pass.
import { expect, test } from 'vitest'
import { verifyName, verifyPathName, visible } from '../../src/node/safe-name.ts'
import { codeOfCall } from '../support/thrown.ts'

const hostile = [
  '',
  '/',
  '/etc/passwd',
  '..',
  '.',
  '../x',
  'a/../b',
  'a/..',
  './a',
  'a/./b',
  'a//b',
  'a/',
  '//a',
  'a\\b',
  '..\\x',
  'C:/x',
  'c:\\x',
  'a\0b',
  'a\nb',
  'a\u007fb',
  'a\u0085b',
  'a\u202eb',
  'a\u200fb',
  'a\u2066b',
  '\u200b.git/x',
  'a\ufeff',
  'a\u2028b',
  'a\ud800b',
  'CON',
  'con.txt',
  'a/NUL',
  'aux.json/x',
  'COM1',
  'lpt9.log',
  'COM¹',
  'conout$',
  'a.',
  'a ',
  'a./b',
  'a /b',
  '...',
  'x'.repeat(1025),
  'é'.repeat(128),
  `a/${'x'.repeat(256)}`,
]
test.each(hostile)('refuses %j', (name) => {
  expect(codeOfCall(() => verifyName(name))).toBe('source/rejected')
  expect(codeOfCall(() => verifyPathName(name))).toBe('source/rejected')
})

test.each([
  '.git/hooks/post-commit',
  '.git',
  '.GIT',
  'a/.git',
  '.countersign/journal',
  '.countersign-0123456789abcdef-0',
  'a/.Countersign',
  '.github/x',
  'a/.b/c',
])('refuses %j on a disk only', (name) => {
  expect(codeOfCall(() => verifyName(name))).toBe('ok')
  expect(codeOfCall(() => verifyPathName(name))).toBe('source/rejected')
})

test.each([
  'a',
  'metadata/1.root.json',
  'a b',
  'a..b',
  '..a',
  '.signing-event-state',
  'console',
  'com10',
  'aux-1',
  'é/ü',
  '日本',
  'a%2Fb.json',
  'a+b~c',
  'x'.repeat(255),
  '😀',
  '-rf',
])('lets %j pass', (name) => {
  expect(codeOfCall(() => verifyPathName(name, 'linux'))).toBe('ok')
})

test.each(['sha256:ab', 'a?b', 'a*b', 'a|b', '"a"', 'a<b', 'a>b'])('refuses %j on Windows only', (name) => {
  expect(codeOfCall(() => verifyPathName(name, 'win32'))).toBe('source/rejected')
  expect(codeOfCall(() => verifyPathName(name, 'linux'))).toBe('ok')
})

test('a name in a message can neither hide nor order anything', () => {
  expect(visible('a\u202eb\u001b[31m')).toBe('"a⟨U+202E⟩b⟨U+001B⟩[31m"')
  expect(visible('x'.repeat(500)).length).toBeLessThan(130)
})

// What is read, and what is refused: the seed's own example, each generation, and files that are wrong in one thing.
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { AppError } from '../../../../src/core/error.ts'
import { keyIdText } from '../../../../src/core/minisign/public-key.ts'
import { parseHistory } from '../../../../src/core/systems/asfaload/history.ts'
import { isWeak, parseIndexFile } from '../../../../src/core/systems/asfaload/index-file.ts'
import { parseKeyText } from '../../../../src/core/systems/asfaload/keys.ts'
import { parseMetadata } from '../../../../src/core/systems/asfaload/metadata.ts'
import {
  checkReleasePath,
  keyTextOfFile,
  projectFolder,
  projectFolders,
  signatureFileName,
  signersOnTheWay,
} from '../../../../src/core/systems/asfaload/names.ts'
import { parseRevocation } from '../../../../src/core/systems/asfaload/revocation.ts'
import { everyKey, groupsOf, parseSignersFile } from '../../../../src/core/systems/asfaload/signers-file.ts'
import { codeOfCall } from '../../../support/thrown.ts'
import { indexText, people, signersText } from './people.ts'

const seed = `{
  "threshold": {
   "signatures_required": 1,
  },
  "signers" : [
    { "format": "minisign", "pubkey": "RWTsbRMhBdOyL8hSYo/Z4nRD6O5OvrydjXWyvd8W7QOTftBOKSSn3PH3"  },
    { "format": "minisign", "pubkey": "RWTUManqs3axpHvnTGZVvmaIOOz0jaV+SAKax8uxsWHFkcnACqzL1xyv"  },
    { "format": "minisign", "pubkey": "RWSNbF6ZeLYJLBOKm8a2QbbSb3U+K4ag1YJENgvRXfKEC6RqICqYF+NE"  }
  ]
}
`
const parse = (text: string) => parseSignersFile(utf8(text), 'signers')
const { ana, bo } = await people('ana', 'bo')

test('the seed’s example is no JSON: the comma is named, and its line; without it, it is read', () => {
  try {
    parse(seed)
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    // What is wrong is in the words alone.
    expect(error).toMatchObject({
      code: 'format/malformed',
      data: { line: 4 },
      message: expect.stringMatching(/comma.*line 4/),
      hint: expect.stringContaining('comma'),
    })
  }
  const file = parse(seed.replace('1,\n', '1\n'))
  expect(file.generation).toBe(0)
  expect(everyKey(file)).toHaveLength(3)
})

test('the seed’s file name of a signature is the key with a line end; without one it is read as well', () => {
  const key = 'RWTsbRMhBdOyL8hSYo/Z4nRD6O5OvrydjXWyvd8W7QOTftBOKSSn3PH3'
  const name = 'UldUc2JSTWhCZE95TDhoU1lvL1o0blJENk81T3ZyeWRqWFd5dmQ4VzdRT1RmdEJPS1NTbjNQSDMK'
  expect(signatureFileName(key)).toBe(name)
  expect([name, Buffer.from(key).toString('base64')].map(keyTextOfFile)).toEqual([key, key])
  expect(keyTextOfFile('README.md')).toBeUndefined()
})

test('keys in every spelling: what the newest generation’s own fixture looks like, and what minisign shows', () => {
  const raw = parseKeyText('asfaload-pub:b5S+CxuqICIUn/DGBdMKeTMZCgQcg78ohiWQ1sC00c8', 'key')
  expect(raw.form).toBe('asfaload')
  const ssh = `ssh-ed25519 ${Buffer.concat([
    Buffer.from([0, 0, 0, 11]),
    Buffer.from('ssh-ed25519'),
    Buffer.from([0, 0, 0, 32]),
    Buffer.from(raw.key.spki.slice(-32)),
  ]).toString('base64')}`
  expect(parseKeyText(ssh, 'key').key).toEqual(raw.key)
  const mini = parseKeyText('minisign:RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3', 'key')
  expect(keyIdText(mini.keyId ?? new Uint8Array())).toBe('E7620F1842B4E81F')
})

test.each([
  ['ed448:AAAA', 'format/unsupported'],
  ['RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO', 'format/malformed'],
  ['asfaload-pub:b5S+CxuqICIUn/DGBdMKeTMZCgQcg78ohiWQ1sC00c8=', 'format/malformed'],
  ['asfaload-pub:AAAA', 'format/malformed'],
  ['ssh-ed25519 AAAA', 'format/malformed'],
  ['asfaload-pub:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'format/malformed'],
  ['', 'format/unsupported'],
])('the key %s is refused', (text, code) => {
  expect(codeOfCall(() => parseKeyText(text, 'key'))).toBe(code)
})

describe('signers files', () => {
  const [zero, one, two] = ([0, 1, 2] as const).map((generation) =>
    Buffer.from(signersText(generation, { artifact: [[1, ana, bo]] })).toString(),
  ) as [string, string, string]

  test('a generation is found in the bytes', () => {
    expect([zero, one, two].map((text) => parse(text).generation)).toEqual([0, 1, 2])
    expect(parse(one.replaceAll('"format":"minisign",', '')).generation).toBe(1)
  })

  test('what is missing is stood in for', () => {
    const file = parse(one)
    expect(groupsOf(file, 'revocation')).toEqual(groupsOf(file, 'artifact'))
    expect(groupsOf(file, 'master')).toEqual([])
    const admin = parseSignersFile(signersText(1, { artifact: [[1, ana]], admin: [[1, bo]] }), 'signers')
    expect(groupsOf(admin, 'revocation')).toEqual(groupsOf(admin, 'admin'))
  })

  test('1024 keys, in whatever groups, and no more', () => {
    const many = (count: number) => Array.from({ length: count }, () => ana)
    for (const generation of [0, 1, 2] as const) {
      const parsed = (count: number, admins = 0) =>
        codeOfCall(() =>
          parseSignersFile(
            signersText(generation, {
              artifact: [[1, ...many(count)]],
              ...(admins === 0 ? {} : { admin: [[1, ...many(admins)]] }),
            }),
            'signers',
          ),
        )
      expect([parsed(1024), parsed(1025)]).toEqual(['ok', 'format/malformed'])
      if (generation > 0) expect([parsed(24, 1000), parsed(25, 1000)]).toEqual(['ok', 'format/malformed'])
    }
  })

  test('a key that is listed twice counts once, and is told of', () => {
    for (const generation of [0, 1, 2] as const) {
      const twice = parseSignersFile(signersText(generation, { artifact: [[1, ana, ana]] }), 'signers')
      expect(twice.findings.map(({ code, risk }) => [code, risk])).toEqual([['key-twice', 'dangerous']])
      expect(groupsOf(twice, 'artifact')[0]?.keys).toHaveLength(1)
      const two = signersText(generation, { artifact: [[2, ana, ana]] })
      expect(codeOfCall(() => parseSignersFile(two, 'signers'))).toBe('format/malformed')
    }
  })

  test('two spellings of one key are one key', () => {
    const text = two.replace(bo.text(2), ana.text(1))
    expect(groupsOf(parse(text), 'artifact')[0]?.keys).toHaveLength(1)
  })

  test('a master key stands nowhere else in the newest generation; in the one before it is told of', () => {
    const plan = { artifact: [[1, ana, bo]] as const, master: [[1, ana]] as const }
    expect(codeOfCall(() => parseSignersFile(signersText(2, plan), 'signers'))).toBe('format/malformed')
    expect(parseSignersFile(signersText(1, plan), 'signers').findings.map(({ code }) => code)).toEqual([
      'master-in-use',
    ])
  })

  test.each([
    ['nothing', '', 'format/malformed'],
    ['a list', '[]', 'format/malformed'],
    ['an unknown generation', '{"quorum":1,"people":[]}', 'format/unsupported'],
    ['another version', one.replace('"version":1', '"version":2'), 'format/unsupported'],
    ['a kind of signer that is not known', one.replace('"kind":"key"', '"kind":"team"'), 'format/unsupported'],
    ['a format of key that is not known', zero.replace('"minisign"', '"gpg"'), 'format/unsupported'],
    ['keys of two generations', one.replace(bo.text(1), bo.text(2)), 'format/unsupported'],
    ['no threshold', one.replace('"threshold":1', '"threshold":0'), 'format/malformed'],
    ['a threshold that is too high', one.replace('"threshold":1', '"threshold":3'), 'format/malformed'],
    ['a threshold that is no number', one.replace('"threshold":1', '"threshold":"1"'), 'format/malformed'],
    ['a name that stands twice', one.replace('{"version":1', '{"version":1,"version":1'), 'format/malformed'],
    ['no signers at all', one.replace(/"artifact_signers":\[.*\]/, '"artifact_signers":[]'), 'format/malformed'],
    ['no time', one.replace(/"timestamp":"[^"]*"/, '"timestamp":"today"'), 'format/malformed'],
    ['a byte order mark', `\ufeff${one}`, 'format/malformed'],
    ['text after its end', `${one}x`, 'format/malformed'],
  ])('with %s is refused', (_, text, code) => {
    expect(codeOfCall(() => parse(text))).toBe(code)
  })
})

test.each([
  ['another version', (text: string) => text.replace('"version":1', '"version":2'), 'format/unsupported'],
  ['an unknown digest', (text: string) => text.replace('Sha256', 'Crc32'), 'format/unsupported'],
  ['a digest of another length', (text: string) => text.replace('Sha256', 'Sha512'), 'format/malformed'],
  ['a way out of the folder', (text: string) => text.replace('tool.tar.gz', '../tool'), 'format/malformed'],
  ['nothing wrong', (text: string) => text, 'ok'],
])('an index with %s', (_, change, code) => {
  const text = change(Buffer.from(indexText()).toString())
  expect(codeOfCall(() => parseIndexFile(utf8(text), 'index'))).toBe(code)
})

test('weak digests are known as such', () => {
  expect((['Sha512', 'Sha256', 'Sha1', 'Md5'] as const).map(isWeak)).toEqual([false, false, true, true])
})

test.each([
  [`sha512:${'ab'.repeat(64)}`, 'ok'],
  [`sha256:${'ab'.repeat(32)}`, 'format/unsupported'],
  [`sha512:${'ab'.repeat(32)}`, 'format/malformed'],
  ['ab', 'format/malformed'],
])('a revocation of %s', (subject_digest, code) => {
  const text = JSON.stringify({
    timestamp: '2026-11-20T00:00:00.123456789+01:00',
    subject_digest,
    initiator: ana.text(2),
  })
  expect(codeOfCall(() => parseRevocation(utf8(text), 'revocation'))).toBe(code)
})

test('where a file came from, as each generation says it', () => {
  const forge = { kind: 'Github', url: 'https://github.com/u/r', retrieved_at: '2026-01-01T00:00:00Z' }
  const of = (data: object) => codeOfCall(() => parseMetadata(utf8(JSON.stringify({ data })), 'metadata'))
  expect(of({ Forge: forge })).toBe('ok')
  expect(of({ Forge: { ...forge, kind: 'FileServer', retrieval_url: 'https://x/y' } })).toBe('ok')
  expect(of({ Cli: { submitter: 'ana', submitted_at: '2026-01-01T00:00:00Z' } })).toBe('ok')
  expect(of({ Forge: { ...forge, kind: 'Sourceforge' } })).toBe('format/unsupported')
  expect(of({ Carrier: {} })).toBe('format/unsupported')
  const content = { retrieval_url: 'https://x/y', content_hash: 'ab' }
  expect(of({ Forge: { ...forge, verified_content: content } })).toBe('format/malformed')
})

test('a history must go forward; rewritten entries are marked', () => {
  const entry = { signers_file: Buffer.from('{}').toString('base64'), signatures: {} }
  const of = (...times: string[]) =>
    utf8(JSON.stringify({ entries: times.map((obsoleted_at) => ({ ...entry, obsoleted_at })) }))
  expect(parseHistory(of('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000001Z'), 'history')).toHaveLength(2)
  expect(codeOfCall(() => parseHistory(of('2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00'), 'history'))).toBe(
    'trust/rollback',
  )
  const rewritten = utf8(
    JSON.stringify({ entries: [{ ...entry, signers_file: {}, obsoleted_at: '2026-01-01T00:00:00Z' }] }),
  )
  expect(parseHistory(rewritten, 'history')[0]).toMatchObject({ rewritten: utf8('{}') })
})

test('projects on a mirror, in each of the three ways of naming them', () => {
  expect(projectFolder('/github.com/u/r')).toBe('github.com/u/r/')
  expect(projectFolder('github.com/u/r/')).toBe('github.com/u/r/')
  expect(projectFolder('https/github.com/443/u/r')).toBe('https/github.com/443/u/r/')
  for (const text of ['', 'r', 'github.com/u', '../github.com/u/r', 'github.com/../r', 'https/github.com/u/r'])
    expect([text, codeOfCall(() => projectFolder(text))]).toEqual([text, 'usage/invalid'])
  const names = [
    'github.com/u/r/asfaload.signers/index.json',
    'github.com/u/r/releases/asfaload.signers/index.json',
    'github.com/u/s/asfaload.signers.json.pending',
    'github.com/u/s/v1/asfaload.signers.json',
    'github.com/u/t/my-asfaload.signers.json',
  ]
  expect(projectFolders(names)).toEqual(['github.com/u/r/', 'github.com/u/s/'])
})

test('signers files on the way from a release to the root', () => {
  const names = ['a/asfaload.signers/index.json', 'a/b/asfaload.signers/index.json', 'asfaload.signers/index.json']
  expect(signersOnTheWay('a/x.json', names)).toEqual(['a/asfaload.signers/index.json'])
  expect(signersOnTheWay('ab/x.json', names)).toEqual([])
})

test.each(['../x', '/x', 'a//b', 'x.signatures.json', 'x.pending', 'asfaload.signers/index.json', 'a\\b', 'a\u202eb'])(
  'no release is called %s',
  (path) => {
    expect(codeOfCall(() => checkReleasePath(path))).toBe('format/malformed')
  },
)

// The table of bad input: every row through the command line on a real folder; each is refused with its code and a sentence
// to act on, and nothing is written.
import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { holderKey } from '../../src/core/systems/tuf/create.ts'
import { answerOf, leaks, refusalOf, runCli, secretCount, typeCli } from '../support/cli.ts'
import { serveFolder } from '../support/file-server.ts'
import { idOf, put, signed, signedOf, testRepository } from '../support/repository.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { type Changes, flipped, inDays, Stage } from './stage.ts'

const stage = new Stage()
const candidate = 'metadata/pending/root.json'
const targetsCandidate = 'metadata/pending/targets.json'

beforeAll(() => stage.create())
beforeEach(() => stage.restore())

const text = (name: string): string => readFileSync(stage.path(name), 'utf8')
const review = (id = 'root'): string[] => ['review', stage.repository, id]
const sign = (id = 'root', key = 'Ana'): string[] => ['sign', stage.repository, id, '--key', key]
const publish = (): string[] => ['publish', stage.repository]
const status = (): string[] => ['status', stage.repository]
const outside = (name: string): string => join(stage.folder, name)

function gigabyte(path: string): void {
  const fd = openSync(path, 'w')
  ftruncateSync(fd, 2 ** 30)
  closeSync(fd)
}

/** The last digit of an RFC 3339 time: whatever it is, its neighbour is a time as well. */
const secondsDigit = 18

/** A candidate put there by someone else, past `propose`. */
function plant(role: string, changes: Changes): void {
  copyFileSync(stage.next(`metadata/1.${role}.json`, changes), stage.path(`metadata/pending/${role}.json`))
}

describe('bytes that are not what was signed', () => {
  test('a flipped bit in the payload: no signature counts, and what was reviewed is gone', async () => {
    const { id, digest } = await stage.review()
    await stage.sign('root', 'Ana', 'Ben')
    stage.write(candidate, flipped(text(candidate), stage.read(candidate).signed.expires, secondsDigit))
    const now = await stage.review()
    expect(now.quorums.map((quorum) => quorum.signed)).toEqual([0, 0])
    expect(now.quorums[0]?.keys.filter((key) => key.reason !== undefined)).toHaveLength(2)
    await stage.refused('trust/threshold', publish())
    await stage.refused('trust/changed', sign(id, 'Cleo'))
    await stage.refused('trust/changed', sign(digest.slice(0, 16), 'Cleo'))
  })

  test('a flipped bit in a signature: it does not count, the other one does', async () => {
    await stage.sign('root', 'Ana', 'Ben')
    stage.write(candidate, flipped(text(candidate), stage.read(candidate).signatures[0]?.sig ?? ''))
    expect((await stage.review()).quorums.map((quorum) => quorum.signed)).toEqual([1, 1])
    await stage.refused('trust/threshold', publish())
    await stage.refused('trust/threshold', [...publish(), 'root'])
  })

  test.each(['1.targets', '1.snapshot', 'timestamp'])('a flipped bit in the published payload of %s', async (name) => {
    const file = `metadata/${name}.json`
    stage.write(file, flipped(text(file), stage.read(file).signed.expires, secondsDigit))
    await stage.refused('trust/bad-signature', status())
    await stage.refused('trust/bad-signature', [
      'client',
      '--metadata-dir',
      await trustedBy(),
      '--metadata-url',
      stage.path('metadata'),
      'refresh',
    ])
  })

  test('a flipped bit in a published signature', async () => {
    stage.write(
      'metadata/timestamp.json',
      flipped(text('metadata/timestamp.json'), stage.read('metadata/timestamp.json').signatures[0]?.sig ?? ''),
    )
    await stage.refused('trust/bad-signature', status())
  })

  test('a target whose bytes are other ones', async () => {
    const name = await stage.publishTarget('tool.txt', 'what was signed\n')
    stage.write(name, 'what was swapped\n')
    await refusedDownload('source/too-large', 'tool.txt')
    stage.write(name, 'what was forged\n')
    await refusedDownload('trust/changed', 'tool.txt')
  })
})

describe('files that are no metadata', () => {
  const notJson: readonly (readonly [string, () => Uint8Array | string])[] = [
    ['truncated', () => readFileSync(stage.path(candidate)).subarray(0, 300)],
    ['empty', () => ''],
    ['not JSON', () => 'root: 2\n'],
    ['not UTF-8', () => Buffer.from(text(candidate).replace('root', 'r\xF6\xF6t'), 'latin1')],
    ['a key twice', () => text(candidate).replace('"version": 2', '"version": 2, "version": 3')],
    ['a number above 2^53', () => text(candidate).replace('"version": 2', '"version": 9007199254740993')],
    ['another role’s document', () => text('metadata/1.targets.json')],
  ]

  test.each(notJson)('%s', async (_, content) => {
    stage.write(candidate, content())
    await stage.refused('format/malformed', review())
    copyFileSync(stage.path(candidate), outside('next.json'))
    await stage.refused('format/malformed', ['propose', stage.repository, 'root', outside('next.json')])
    stage.write('metadata/2.root.json', content())
    await stage.refused('format/malformed', status())
  })

  test('such a candidate is not signed, not published, and hides no other', async () => {
    await stage.propose('targets', stage.next('metadata/1.targets.json'))
    stage.write(candidate, text(candidate).slice(0, 300))
    await stage.refused('format/malformed', sign())
    await stage.refused('format/malformed', [...publish(), 'root'])
    const list = await answerOf<{ proposals: { subject: string }[]; problems: { subject: string; code: string }[] }>(
      ['pending', stage.repository],
      stage.options,
    )
    expect(list.proposals.map(({ subject }) => subject)).toEqual(['targets'])
    expect(list.problems.map(({ subject, code }) => [subject, code])).toEqual([['root', 'format/malformed']])
  })

  test.each(['[', '{"a":'])('%s a million times over', async (open) => {
    stage.write(targetsCandidate, open.repeat(1_000_000))
    await stage.refused('format/malformed', review('targets'))
    writeFileSync(outside('next.json'), open.repeat(1_000_000))
    await stage.refused('format/malformed', ['propose', stage.repository, 'targets', outside('next.json')])
  })

  test('a file of one gigabyte, wherever it lies', async () => {
    gigabyte(stage.path(candidate))
    await refusedGigabyte(review())
    await refusedGigabyte(publish())
    stage.restore()
    gigabyte(outside('next.json'))
    await refusedGigabyte(['propose', stage.repository, 'root', outside('next.json')])
    await refusedGigabyte(['client', '--metadata-dir', outside('big'), 'init', outside('next.json')])
    await refusedGigabyte(['status', stage.repository, '--root', outside('next.json')])
    await refusedGigabyte(['keys', 'import', 'bob', outside('next.json')])
    gigabyte(stage.path('metadata/timestamp.json'))
    await refusedGigabyte(status())
    gigabyte(stage.path('metadata/2.root.json'))
    await refusedGigabyte(['pin', stage.repository], outside('other-home'))
  })

  /** Its bytes are not compared: they would fill the memory of the test. */
  async function refusedGigabyte(args: readonly string[], home = stage.home): Promise<void> {
    mkdirSync(home, { recursive: true })
    const { code, message } = await refusalOf(args, { home })
    expect(code, message).toBe('source/too-large')
  }

  test('more than there may be on standard input', async () => {
    const much = { ...stage.options, stdin: ' '.repeat(600_000) }
    await stage.refused('source/too-large', ['propose', stage.repository, 'root', '-'], much)
    await stage.refused('source/too-large', ['keys', 'import', 'bob', '-'], much)
    // What comes late comes all the same.
    const late = { ...stage.options, stdin: readFileSync(stage.next('metadata/1.root.json'), 'utf8'), lateMs: 700 }
    await answerOf(['propose', stage.repository, 'root', '-'], late)
  })

  test('a device, a folder and a link where a file is named', async () => {
    for (const file of ['/dev/zero', stage.folder])
      await stage.refused('source/rejected', ['propose', stage.repository, 'root', file])
    symlinkSync('/dev/zero', stage.path('metadata/pending/targets.json'))
    expect((await refusalOf(review('targets'), stage.options)).code).toBe('source/rejected')
    await stage.refused('source/not-found', ['propose', stage.repository, 'root', outside('nowhere.json')])
  })
})

describe('documents that must not be next', () => {
  test.each([
    ['a version jump', { version: 5 }, 'trust/rollback'],
    ['the version that is published', { version: 1 }, 'trust/changed'],
    ['a document that is expired', { expires: inDays(-1) }, 'trust/expired'],
  ] as const)('%s', async (_, change, code) => {
    const file = stage.next('metadata/1.root.json', change)
    await stage.refused(code, ['propose', stage.repository, 'root', file])
    plant('root', change)
    await stage.refused(code, sign())
    await stage.refused(code, ['sign', stage.repository, 'root', '--key', 'Ana', '--dry-run'])
  })

  test('a document of another role', async () => {
    await stage.refused('format/malformed', [
      'propose',
      stage.repository,
      'root',
      stage.next('metadata/1.targets.json'),
    ])
  })

  test('a role that nobody delegates to', async () => {
    await stage.refused('usage/invalid', [
      'propose',
      stage.repository,
      'project-a',
      stage.next('metadata/1.targets.json'),
    ])
  })

  test.each([
    ['path traversal', '../../etc/passwd', 'etc/passwd'],
    ['bidi characters', 'setup\u202Egpj.exe', '⟨U+202E⟩'],
  ])('%s in the name of a target', async (_, path, shown) => {
    const target = { [path]: { length: 1, hashes: { sha256: '00'.repeat(32) } } }
    const file = stage.next('metadata/1.targets.json', { targets: target })
    await stage.refused('format/malformed', ['propose', stage.repository, 'targets', file])
    copyFileSync(file, stage.path(targetsCandidate))
    await stage.refused('format/malformed', sign('targets'))
    await stage.refused('format/malformed', [...publish(), 'targets'])
    const { out, err } = await runCli(review('targets'), stage.options)
    expect(out).toContain(shown)
    for (const args of [review('targets'), ['pending', stage.repository, '--json'], sign('targets')]) {
      const said = await runCli(args, stage.options)
      expect(said.out + said.err, args.join(' ')).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/)
    }
    expect(err).toBe('')
  })

  test('a key holder whose name would repaint the terminal', async () => {
    const name = 'Eve\u001b[2J\u009b2J\u202e'
    const made = await testRepository([name], 1, new Date())
    for (const [file, bytes] of made.source.files) stage.write(file, bytes)
    copyFileSync(stage.next('metadata/1.root.json'), stage.path(candidate))
    writeFileSync(outside('evil-root.json'), made.anchor)
    for (const args of [review(), ['pending', stage.repository], status()]) {
      for (const more of [[], ['--json']]) {
        const { out, err } = await runCli([...args, '--root', outside('evil-root.json'), ...more], stage.options)
        expect(err).toBe('')
        for (const char of ['\u001b', '\u009b', '\u202e']) expect(out).not.toContain(char)
        if (more.length > 0 && args[0] === 'status') expect(JSON.stringify(JSON.parse(out))).toContain('\u202e')
      }
    }
    mkdirSync(outside('pin-home'), { recursive: true })
    const pin = await typeCli(['pin', stage.repository], [[/Type word/, () => '\x03']], outside('pin-home'))
    expect(pin.screen).toContain('⟨U+202E⟩')
    for (const part of ['\u001b[2J', '\u009b', '\u202e']) expect(pin.screen).not.toContain(part)
  })

  test('a name that climbs out of the targets of a repository that published it', async () => {
    await publishAnyway('../../escape.txt', 'x')
    await refusedDownload('source/rejected', '../../escape.txt')
    expect(existsSync(outside('escape.txt'))).toBe(false)
    expect(existsSync(outside('downloads'))).toBe(false)
  })
})

describe('people and keys', () => {
  test('not enough signatures to publish', async () => {
    await stage.refused('trust/threshold', publish())
    await stage.sign('root', 'Ana')
    await stage.refused('trust/threshold', publish())
    await stage.refused('trust/threshold', [...publish(), 'root'])
  })

  test('a publication that is refused says of each change who is missing, and how to look at it', async () => {
    await stage.sign('root', 'Ana')
    await stage.propose('targets', stage.next('metadata/1.targets.json'))
    const { code, err } = await runCli(publish(), stage.options)
    expect(code).toBe(5)
    const lines = err.trimEnd().split('\n')
    expect(lines[0]).toBe('countersign: none of 2 changes can be published yet:')
    expect(lines).toContain('  Targets 2: 0 of 2 signatures, waits for 2 of Ana, Ben and Cleo')
    expect(lines).toContain('  Root 2: 1 of 2 signatures, waits for Ben or Cleo')
    expect(err).toContain(`countersign review ${stage.repository} `)
    expect(err).not.toContain('SOURCE')
    const one = await runCli([...publish(), 'root'], stage.options)
    expect([one.code, one.err]).toEqual([5, expect.stringContaining('  Root 2: 1 of 2 signatures, waits for Ben or')])
    const { err: nothing } = await runCli(['review', stage.repository, 'nobody'], stage.options)
    expect(nothing).toContain(`countersign pending ${stage.repository}`)
  })

  test('a candidate that is replaced between review and signature', async () => {
    const { id, digest } = await stage.review()
    await stage.proposeRoot({ expires: inDays(500) })
    await stage.refused('trust/changed', sign(id))
    await stage.refused('trust/changed', sign(digest))
    await stage.refused('trust/changed', sign(digest.slice(0, 8).toUpperCase()))
    await stage.refused('trust/changed', [...publish(), id])
  })

  test('a candidate that somebody has signed is given up only on purpose, and the same one again gains signatures', async () => {
    await stage.sign('root', 'Ana')
    copyFileSync(stage.path(candidate), outside('signed.json'))
    const file = stage.next('metadata/1.root.json', { expires: inDays(500) })
    const propose = ['propose', stage.repository, 'root']
    await stage.refused('usage/invalid', [...propose, file])
    expect((await answerOf<{ replaced?: string }>([...propose, file, '--replace'], stage.options)).replaced).toMatch(
      /^root\//,
    )
    stage.restore()
    await stage.sign('root', 'Ben')
    expect(await answerOf([...propose, outside('signed.json')], stage.options)).not.toHaveProperty('replaced')
    expect((await stage.review()).quorums.map(({ signed }) => signed)).toEqual([2, 2])
  })

  test('a key outside the quorum, one that has signed, and one that is not here', async () => {
    await stage.refused('signer/wrong-key', sign('root', 'Online'))
    await stage.refused('signer/wrong-key', [...sign('root', 'Online'), '--dry-run'])
    await stage.refused('signer/absent', sign('root', 'nobody'))
    await stage.refused('usage/invalid', ['sign', stage.repository, 'root'])
    await stage.sign('root', 'Ana')
    await stage.refused('usage/invalid', sign('root', 'Ana'))
  })

  test('the online key is not here', async () => {
    await stage.propose('targets', stage.next('metadata/1.targets.json'))
    await stage.sign('targets', 'Ana', 'Ben')
    const keys = JSON.parse(readFileSync(join(stage.home, 'rehearsal-keys.json'), 'utf8')) as {
      keys: { name: string }[]
    }
    keys.keys = keys.keys.filter(({ name }) => name !== 'Online')
    writeFileSync(join(stage.home, 'rehearsal-keys.json'), JSON.stringify(keys))
    // Documented: the file is put in place, and clients stay with the version before.
    const { published } = await answerOf<{ published: { files: string[] }[] }>(publish(), stage.options)
    expect(published.map(({ files }) => files)).toEqual([['metadata/2.targets.json']])
    expect(
      (await answerOf<{ roles: { name: string; version: number }[] }>(status(), stage.options)).roles.find(
        ({ name }) => name === 'targets',
      )?.version,
    ).toBe(1)
  })
})

describe('places', () => {
  test('no repository, not pinned, not there, a file, a web address that is down', async () => {
    const home = outside('fresh-home')
    mkdirSync(home, { recursive: true })
    mkdirSync(outside('empty'), { recursive: true })
    writeFileSync(outside('a-file'), 'x')
    const closed = await serveFolder(stage.folder)
    await closed.end()
    for (const [code, args] of [
      ['source/not-found', ['status', stage.repository]],
      ['source/not-found', ['status', outside('nowhere')]],
      ['source/not-found', ['status', 'Example Packages']],
      ['source/not-found', ['status', outside('a-file')]],
      ['source/rejected', ['pin', outside('a-file')]],
      ['source/not-found', ['pin', outside('empty')]],
      ['source/not-found', ['pin', outside('nowhere')]],
      ['source/unreachable', ['pin', closed.url]],
      ['source/not-found', ['status', closed.url]],
      ['source/unreachable', ['status', closed.url, '--root', stage.path('metadata/1.root.json')]],
      ['source/unreachable', ['pending', `${closed.url}/`, '--root', stage.path('metadata/1.root.json')]],
      ['usage/invalid', ['status', 'ftp://example.com/']],
      ['usage/invalid', ['status', '']],
      ['source/not-found', ['forget', stage.repository]],
    ] as const)
      await stage.refused(code, args, { home })
    expect(everythingIn(home)).toEqual({})
  })

  test('a server that is down, for a client', async () => {
    const server = await serveFolder(stage.repository)
    await server.end()
    await stage.refused('source/unreachable', [
      'client',
      '--metadata-dir',
      await trustedBy(),
      '--metadata-url',
      `${server.url}/metadata`,
      'refresh',
    ])
  })

  test('a repository that is expired, for a client', async () => {
    const old = await testRepository(['Ana'], 1, new Date(Date.now() - 30 * 86_400_000))
    for (const [name, bytes] of old.source.files) stage.write(name, bytes)
    writeFileSync(outside('root.json'), old.anchor)
    await stage.refused('trust/expired', [
      'client',
      '--metadata-dir',
      await trustedBy(outside('root.json')),
      '--metadata-url',
      stage.path('metadata'),
      'refresh',
    ])
    // A reviewer may look at it all the same, or nobody could renew it.
    const { findings } = await answerOf<{ findings: { code: string }[] }>(
      [...status(), '--root', outside('root.json')],
      stage.options,
    )
    expect(findings.map(({ code }) => code)).toContain('expired')
  })

  test('a pinned root that was changed on this computer', async () => {
    const [anchor = ''] = Object.keys(everythingIn(stage.home)).filter((name) => name.endsWith('anchor'))
    writeFileSync(join(stage.home, anchor), text('metadata/1.root.json').replace('Ana', 'Eva'))
    await stage.refused('format/malformed', status())
  })

  test('an older repository than the one that was seen', async () => {
    await stage.propose('targets', stage.next('metadata/1.targets.json'))
    await stage.sign('targets', 'Ana', 'Ben')
    const before = text('metadata/timestamp.json')
    await answerOf(publish(), stage.options)
    await answerOf(status(), stage.options)
    stage.write('metadata/timestamp.json', before)
    await stage.refused('trust/rollback', status())
  })
})

describe('a user without rights', () => {
  const nobody = { home: outside('nobodys-home'), nobody: true }

  beforeEach(async () => {
    chmodSync(stage.folder, 0o755)
    mkdirSync(nobody.home, { recursive: true })
    copyFileSync(join(stage.home, 'rehearsal-keys.json'), join(nobody.home, 'rehearsal-keys.json'))
    chmodSync(join(nobody.home, 'rehearsal-keys.json'), 0o644)
    copyFileSync(stage.path('metadata/1.root.json'), outside('root.json'))
    // What they own is readable for them; where settings are kept they may write.
    chmodSync(nobody.home, 0o777)
  })
  const root = (): string[] => ['--root', stage.path('metadata/1.root.json')]

  test('a folder that may be read can be looked at', async () => {
    await answerOf([...status(), ...root()], nobody)
  })

  test('a folder that may not be read', async () => {
    for (const name of ['metadata/pending', 'metadata', '.']) {
      chmodSync(stage.path(name), 0)
      try {
        const { code, message } = await refusalOf([...review(), '--root', outside('root.json')], nobody)
        expect(code, message).toBe('source/rejected')
        expect(message).toContain(stage.repository)
      } finally {
        chmodSync(stage.path(name), 0o755)
      }
    }
  })

  test('a folder that may only be read', async () => {
    for (const name of ['', 'metadata', 'metadata/pending']) chmodSync(stage.path(name), 0o555)
    try {
      await stage.refused('source/rejected', [...sign('root', 'Ben'), ...root()], nobody)
      await stage.refused(
        'source/rejected',
        ['propose', stage.repository, 'root', stage.next('metadata/1.root.json', { expires: inDays(500) }), ...root()],
        nobody,
      )
    } finally {
      for (const name of ['', 'metadata', 'metadata/pending']) chmodSync(stage.path(name), 0o755)
    }
  })
})

test('nothing secret was said by any of these calls', () => {
  expect(secretCount()).toBeGreaterThan(3)
  expect(leaks()).toEqual([])
})

/** A repository whose key holders sign what this tool would refuse to. */
async function publishAnyway(path: string, content: string): Promise<void> {
  const made = await testRepository(['Ana'], 1, new Date())
  const [ana] = made.holders
  const [online] = made.online
  if (ana === undefined || online === undefined) throw new Error('no keys')
  const service = [{ id: holderKey({ signer: online }).id, signer: online }]
  const sha256 = createHash('sha256').update(content).digest('hex')
  const file = { length: content.length, hashes: { sha256 } }
  const targets = { ...signedOf(made, '1.targets.json', 'targets'), version: 2, targets: { [path]: file } }
  const snapshot = {
    ...signedOf(made, '1.snapshot.json', 'snapshot'),
    version: 2,
    meta: { 'targets.json': { version: 2 } },
  }
  const timestamp = {
    ...signedOf(made, 'timestamp.json', 'timestamp'),
    version: 2,
    meta: { 'snapshot.json': { version: 2 } },
  }
  put(made, 'metadata/2.targets.json', await signed(targets, 'targets', [{ id: idOf(ana), signer: ana.signer }]))
  put(made, 'metadata/2.snapshot.json', await signed(snapshot, 'snapshot', service))
  put(made, 'metadata/timestamp.json', await signed(timestamp, 'timestamp', service))
  for (const [name, bytes] of made.source.files) stage.write(name, bytes)
  mkdirSync(stage.path('targets'), { recursive: true })
  // The bait: it lies exactly where the name leads.
  const slash = path.lastIndexOf('/') + 1
  writeFileSync(join(stage.path('targets'), path.slice(0, slash), `${sha256}.${path.slice(slash)}`), content)
}

/** A client's folder that trusts root 1, or another file. */
async function trustedBy(root = stage.path('metadata/1.root.json')): Promise<string> {
  const folder = outside(`client-${Math.random().toString(16).slice(2)}`)
  await answerOf(['client', '--metadata-dir', folder, 'init', root], stage.options)
  return folder
}

async function refusedDownload(code: string, name: string): Promise<void> {
  const folder = await trustedBy()
  await stage.refused(code, [
    ...['client', '--metadata-dir', folder, '--metadata-url', stage.path('metadata'), '--target-name', name],
    ...['--target-base-url', stage.path('targets'), '--target-dir', outside('downloads'), 'download'],
  ])
}

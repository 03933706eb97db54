// A change over an air gap on the command line: two installations that share no disk but the stick between them.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { jcsBytes } from '../../src/core/jcs.ts'
import type { Picture } from '../../src/core/transfer/qr.ts'
import { answerOf, isRoot, refusalOf, runCli, typeCli } from '../support/cli.ts'
import { pictureOf, readByZbar } from '../support/qr-picture.ts'
import { inDays, people, type Reviewed, Stage } from './stage.ts'

const stage = new Stage()
const offline = { home: join(stage.folder, 'offline') }
const stick = join(stage.folder, 'stick')
const repository = stage.repository

interface Inspected {
  kind: string
  request: string
  anchor: { digest: string }
  proposal: Reviewed
  words: string[]
}
interface CombinedReplies {
  replies: { file: string; secondScreen: string; signatures: { who: string; outcome: string; reason?: string }[] }[]
  proposals: Reviewed[]
}

beforeAll(() => stage.create())
beforeEach(() => {
  stage.restore()
  for (const folder of [offline.home, stick]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
  }
  // The keys of the people are on the offline machine, and the online one has only its own.
  cpSync(join(stage.home, 'rehearsal-keys.json'), join(offline.home, 'rehearsal-keys.json'))
})

const exported = async (name = 'root', ...more: string[]): Promise<string> =>
  (await answerOf<{ file: string }>(['export', repository, name, '--to', stick, ...more], stage.options)).file
/** What is kept of comparisons where changes are carried to. */
function notesOfScreens(): string {
  const folder = join(offline.home, 'carried')
  const places = readdirSync(folder).map((place) => join(folder, place, 'compared'))
  const names = places
    .filter((one) => existsSync(one))
    .flatMap((one) => readdirSync(one).map((name) => join(one, name)))
  return names.map((name) => readFileSync(name, 'utf8')).join('')
}
const inspect = (file: string): Promise<Inspected> => answerOf<Inspected>(['inspect', file], offline)
/** Of the first root, which is the same in every test. */
let rootDigest: string | undefined
const taken = async (file: string): Promise<void> => {
  rootDigest ??= (await inspect(file)).anchor.digest
  await answerOf(['import', file, '--digest', rootDigest, '--name', 'far'], offline)
}
const parts = ['home', 'repository', 'offline', 'stick']
/** What `make` leaves behind is kept, and the next who asks finds it as the first one did, without a process started for it. */
function made<T>(name: string, make: () => Promise<T>): () => Promise<T> {
  let result: { of: T } | undefined
  const at = (part: string) => join(stage.folder, `made-${name}`, part)
  return async () => {
    if (result === undefined) {
      result = { of: await make() }
      for (const part of parts) cpSync(join(stage.folder, part), at(part), { recursive: true })
      return result.of
    }
    for (const part of parts) {
      rmSync(join(stage.folder, part), { recursive: true })
      cpSync(at(part), join(stage.folder, part), { recursive: true })
    }
    return result.of
  }
}
const replyBy = async (name: string): Promise<string> => {
  await answerOf(['sign', 'far', 'root', '--key', name], offline)
  const to = join(stick, `${name}.json`)
  await answerOf(['export', 'far', 'root', '--to', to], offline)
  return to
}
/** The change arrived where it is to be signed; its request. */
const arrived = made('arrived', async () => {
  const file = await exported()
  await taken(file)
  return file
})
/** Ana has signed it there; her reply. */
const answered = made('answered', async () => {
  await arrived()
  return replyBy('Ana')
})

test('out, signed there by two, and back in either order', async () => {
  const file = await exported('root', '--reason', 'time to renew', '--as', 'Ana')
  const seen = await inspect(file)
  expect(seen.proposal.digest).toBe((await stage.review()).digest)
  expect((await runCli(['inspect', file], offline)).out).toContain('“time to renew”')
  await taken(file)
  const ana = await replyBy('Ana')
  const both = await replyBy('Ben')
  for (const order of [
    [ana, both],
    [both, ana],
  ]) {
    stage.restore()
    const { replies, proposals } = await answerOf<CombinedReplies>(['combine', repository, ...order], stage.options)
    // The second file holds both signatures: what came before is known, and does no harm.
    expect(replies.flatMap(({ signatures }) => signatures.map(({ outcome }) => outcome)).sort()).toEqual([
      'added',
      'added',
      'known',
    ])
    expect(proposals[0]?.quorums.every(({ met }) => met)).toBe(true)
    // Put in place once more, nothing changes, and what is next is said again.
    expect((await runCli(['combine', repository, ana], stage.options)).out).toContain('countersign publish')
    await answerOf(['publish', repository, 'root'], stage.options)
    expect(stage.read('metadata/2.root.json').signatures).toHaveLength(2)
  }
})

test('nothing is published, changed or renewed where it was carried to, and forgetting it leaves nothing there', async () => {
  await arrived()
  for (const args of [
    ['publish', 'far', 'root'],
    ['renew', 'far'],
    ['edit', 'far', 'root', '--expires', '90'],
  ])
    expect((await refusalOf(args, offline)).code).toBe('usage/invalid')
  expect((await answerOf<{ roles: unknown[] }>(['status', 'far'], offline)).roles).toHaveLength(1)
  expect(readdirSync(join(offline.home, 'carried'))).toHaveLength(1)
  await answerOf(['forget', 'far'], offline)
  expect(readdirSync(join(offline.home, 'carried'))).toEqual([])
})

test('the words of a second screen are asked for, and the reply says that they were compared', async () => {
  const file = await arrived()
  const { words, proposal } = await inspect(file)
  const first = await fingerprint(proposal.digest)
  const typing = [
    [/word 1 of its fingerprint: /, () => `${first}\n`],
    ...[1, 2, 3].map(
      () =>
        [/Word (\d+) on the other screen: /, (match: RegExpExecArray) => `${words[Number(match[1]) - 1]}\n`] as const,
    ),
  ] as const
  const { code, screen } = await typeCli(['sign', 'far', 'root', '--key', 'Ana'], typing, offline.home)
  expect(code).toBe(0)
  // They are not on this screen, before they are typed.
  const shown = screen.slice(0, screen.indexOf('Word '))
  expect(words.filter((word) => shown.includes(word)).length).toBeLessThan(20)
  const to = join(stick, 'reply.json')
  await answerOf(['export', 'far', 'root', '--to', to], offline)
  expect((await answerOf<{ secondScreen: string }>(['inspect', to], stage.options)).secondScreen).toBe('compared')
})

test('a word of another request stops it; an empty answer skips it, and that is told', async () => {
  const file = await arrived()
  const first = await fingerprint((await inspect(file)).proposal.digest)
  const ask = (typed: string) =>
    typeCli(
      ['sign', 'far', 'root', '--key', 'Ana'],
      [
        [/word 1 of its fingerprint: /, () => `${first}\n`],
        [/Word \d+ on the other screen: /, () => typed],
      ],
      offline.home,
    )
  expect((await ask('xylophone\n')).code).toBe(5)
  expect((await refusalOf(['export', 'far', 'root', '--to', join(stick, 'no.json')], offline)).code).toBe(
    'usage/invalid',
  )
  expect((await ask('\n')).code).toBe(0)
  const to = join(stick, 'reply.json')
  await answerOf(['export', 'far', 'root', '--to', to], offline)
  const { out } = await runCli(['combine', repository, to], stage.options)
  expect(out).toContain('no second screen was compared')
  expect(notesOfScreens()).toContain('"skipped":true')
})

test('that a script asks nobody is recorded, too; a rehearsal of it is not', async () => {
  await arrived()
  await answerOf(['sign', 'far', 'root', '--key', 'Ana', '--dry-run'], offline)
  expect(notesOfScreens()).toBe('')
  await answerOf(['sign', 'far', 'root', '--key', 'Ana'], offline)
  expect(notesOfScreens()).toContain('"skipped":true')
})

test('what would be passed over is refused: two ways at once, words in a reply, certificates in a request', async () => {
  await arrived()
  await answerOf(['sign', 'far', 'root', '--key', 'Ana'], offline)
  const to = ['--to', join(stick, 'other.json')]
  for (const more of [['--qr', ...to], ['--density', 'dense', ...to], [...to, '--attestation'], []])
    expect((await refusalOf(['export', repository, 'root', ...more], stage.options)).code).toBe('usage/invalid')
  for (const more of ['reason', 'as', 'from'].map((name) => [...to, `--${name}`, '1']))
    expect((await refusalOf(['export', 'far', 'root', ...more], offline)).code).toBe('usage/invalid')
  expect(existsSync(join(stick, 'other.json'))).toBe(false)
})

test('Enter once too often among the words cancels, and is no alarm', async () => {
  const file = await arrived()
  const { words, proposal } = await inspect(file)
  const first = await fingerprint(proposal.digest)
  const typing = [
    [/word 1 of its fingerprint: /, () => `${first}\n`],
    [/Word (\d+) on the other screen: /, (match: RegExpExecArray) => `${words[Number(match[1]) - 1]}\n`],
    [/Word \d+ on the other screen: /, () => '\n'],
  ] as const
  expect((await typeCli(['sign', 'far', 'root', '--key', 'Ana'], typing, offline.home)).code).toBe(1)
})

test('signed twice, or combined where it was signed: the way back is named', async () => {
  const reply = await answered()
  const { hint } = await refusalOf(['sign', 'far', 'root', '--key', 'Ana'], offline)
  expect(hint).toContain('countersign export far --to FILE')
  expect((await runCli(['combine', 'far', reply], offline)).out).toContain('combine where the repository is')
})

/** What a terminal shows as half blocks, as a picture of it. */
function pictureIn(lines: readonly string[]): Picture {
  const rows = lines.flatMap((line) => {
    const cells = [...line]
    return [cells.map((cell) => cell === '█' || cell === '▀'), cells.map((cell) => cell === '█' || cell === '▄')]
  })
  return pictureOf(rows)
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
const codeLine = /\u001b\[30;107m([█▀▄ ]+)\u001b\[0m/g

test('by QR codes in a terminal: read off it by another program, and carried on as texts', async () => {
  const file = await exported()
  const { digest } = (await inspect(file)).proposal
  // Three of the first ones are thrown away: so many of the others that whichever are mixed in them, they are enough.
  const isEnough = /code 50, \d+ are enough/
  const { code, screen } = await typeCli(['export', repository, 'root', '--qr'], [[isEnough, () => '\n']], stage.home)
  expect(code).toBe(0)
  const shown = screen.split(/code \d+, \d+ are enough/).slice(0, -1)
  const pictures = shown.map((part) => pictureIn([...part.matchAll(codeLine)].map(([, line = '']) => line)))
  const texts = readByZbar(stick, pictures)
  expect(texts.length).toBeGreaterThanOrEqual(50)
  const read = await runCli(['inspect', '-', '--json'], { ...offline, stdin: texts.slice(3).join('\n') })
  expect((read.json as Inspected).proposal.digest).toBe(digest)
  await taken(file)
  await replyBy('Ana')
  // The reply stands still, in one code.
  const { out } = await runCli(['export', 'far', 'root', '--qr'], offline)
  const [reply = ''] = readByZbar(stick, [pictureIn([...out.matchAll(codeLine)].map(([, line = '']) => line))])
  const { json } = await runCli(['combine', repository, '-', '--json'], { ...stage.options, stdin: reply })
  expect((json as CombinedReplies).replies[0]?.signatures[0]?.outcome).toBe('added')
  expect((await refusalOf(['export', repository, 'root', '--qr', '--density', 'fine'], stage.options)).code).toBe(
    'usage/invalid',
  )
  const { texts: given } = await answerOf<{ texts: string[] }>(['export', repository, 'root', '--qr'], stage.options)
  expect(given.every((text) => /^UR:BYTES\/\d+-\d+\/[A-Z]+$/.test(text))).toBe(true)
})

describe('replies that do not count', () => {
  let reply: string
  beforeEach(async () => {
    reply = await answered()
  })

  test('for a change that was replaced since: told, and the others of the call are put in place', async () => {
    await answerOf(['withdraw', repository, 'root', '--yes'], stage.options)
    await stage.proposeRoot({ expires: inDays(200) })
    const { code, json } = await runCli(['combine', repository, reply, '--json'], stage.options)
    expect(code).toBe(5)
    expect((json as CombinedReplies).replies[0]?.signatures[0]?.outcome).toBe('refused')
    expect((await stage.review()).quorums[0]?.signed).toBe(0)
  })

  test('with a signature that is not one, or of a key that nobody asks', async () => {
    const text = readFileSync(reply, 'utf8')
    const [signature = ''] = /"signature":"[0-9a-f]+/.exec(text) ?? []
    const wrong = join(stick, 'wrong.json')
    writeFileSync(
      wrong,
      text.replace(
        signature,
        signature.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
      ),
    )
    const stranger = join(stick, 'stranger.json')
    writeFileSync(stranger, text.replace(/"key":"[0-9a-f]{64}"/, `"key":"${'0'.repeat(64)}"`))
    const { code, json } = await runCli(['combine', repository, wrong, stranger, reply, '--json'], stage.options)
    expect(code).toBe(5)
    const outcomes = (json as CombinedReplies).replies.map(({ signatures }) => signatures[0]?.outcome)
    expect(outcomes).toEqual(['refused', 'refused', 'added'])
    // Also when a signature that counts is there already.
    const again = await runCli(['combine', repository, wrong, reply, '--json'], stage.options)
    const told = (again.json as CombinedReplies).replies.map(({ signatures }) => signatures[0]?.outcome)
    expect(told).toEqual(['refused', 'known'])
  })

  test('cut off, or a request in its place: nothing of the call is done', async () => {
    const short = join(stick, 'short.json')
    writeFileSync(short, readFileSync(reply).subarray(0, 50))
    await stage.refused('format/unsupported', ['combine', repository, reply, short])
    const [request = ''] = readdirSync(stick).filter((name) => name.endsWith('.request.json'))
    await stage.refused('usage/invalid', ['combine', repository, reply, join(stick, request)])
  })
})

describe('requests that are not taken in', () => {
  const nothingKept = () => expect(existsSync(join(offline.home, 'workspace.json'))).toBe(false)

  test('with a root that is another than the one a person was told', async () => {
    const file = await exported()
    expect((await refusalOf(['import', file, '--digest', '0'.repeat(64)], offline)).code).toBe('trust/changed')
    nothingKept()
  })

  test('of another repository than the root that is named', async () => {
    const file = await exported()
    const other = join(stage.folder, 'other')
    rmSync(other, { recursive: true, force: true })
    const keys = people.flatMap((name) => ['--key', name])
    await answerOf(['init', other, '--rehearsal', ...keys, '--threshold', '2'], { home: offline.home })
    await answerOf(['forget', other], offline)
    const root = join(other, 'metadata', '1.root.json')
    const error = await refusalOf(['import', file, '--root', root, '--digest', await digestOf(root)], offline)
    expect(error.code).toBe('trust/changed')
  })

  test('a second change of the same role, unless told so', async () => {
    await arrived()
    await answerOf(['withdraw', repository, 'root', '--yes'], stage.options)
    await stage.proposeRoot({ expires: inDays(200) })
    const second = join(stick, 'second.json')
    await answerOf(['export', repository, 'root', '--to', second], stage.options)
    expect((await refusalOf(['import', second], offline)).code).toBe('source/conflict')
    await answerOf(['import', second, '--replace'], offline)
    const { digest } = await answerOf<Reviewed>(['review', 'far', 'root'], offline)
    expect(digest).toBe((await stage.review()).digest)
  })

  test('what was signed here stays when the request comes again, with a signature that was made elsewhere', async () => {
    await answered()
    await stage.sign('root', 'Ben')
    const again = join(stick, 'again.json')
    await answerOf(['export', repository, 'root', '--to', again], stage.options)
    await answerOf(['import', again], offline)
    const { quorums } = await answerOf<Reviewed>(['review', 'far', 'root'], offline)
    expect(quorums.map(({ signed }) => signed)).toEqual([2, 2])
  })

  test('one that would slip another change under a signed one that waits takes only its own in', async () => {
    await answered()
    await answerOf(['withdraw', repository, 'root', '--yes'], stage.options)
    await stage.proposeRoot({ expires: inDays(200) })
    await stage.proposeTarget('x.txt', 'x')
    const file = join(stick, 'targets.json')
    await answerOf(['export', repository, 'targets', '--to', file], stage.options)
    const request = JSON.parse(readFileSync(file, 'utf8')) as { files: Record<string, string> }
    request.files['metadata/pending/root.json'] = readFileSync(stage.path('metadata/pending/root.json'), 'utf8')
    writeFileSync(file, jcsBytes(request))
    await answerOf(['import', file], offline)
    const { quorums } = await answerOf<Reviewed>(['review', 'far', 'root'], offline)
    expect(quorums[0]?.signed).toBe(1)
  })

  test('cut off at any place, or with something behind it', async () => {
    const bytes = readFileSync(await exported())
    const file = join(stick, 'x.json')
    for (const part of [
      bytes.subarray(0, 0),
      bytes.subarray(0, 1000),
      bytes.subarray(0, -1),
      Buffer.concat([bytes, bytes]),
    ]) {
      writeFileSync(file, part)
      expect((await refusalOf(['import', file], offline)).code).toMatch(/^format\//)
    }
    nothingKept()
  })

  test('a reply in its place', async () => {
    const reply = await answered()
    expect((await refusalOf(['import', reply], offline)).code).toBe('usage/invalid')
  })
})

describe('the stick', () => {
  test('is never written over', async () => {
    const file = await exported()
    const before = readFileSync(file)
    expect((await refusalOf(['export', repository, 'root', '--to', file], stage.options)).code).toBe('usage/invalid')
    expect(readFileSync(file)).toEqual(before)
  })

  test('is not there: the folder that is missing is named, and not the file', async () => {
    const to = join(stick, 'out', 'request.json')
    const { code, message } = await refusalOf(['export', repository, 'root', '--to', to], stage.options)
    expect(code).toBe('source/not-found')
    expect(message).toContain(`no folder ${join(stick, 'out')} `)
  })

  test('is full, or takes nothing: said, and nothing half is left on it', async () => {
    const small = join(stage.folder, 'small')
    mkdirSync(small, { recursive: true })
    const isFull = isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', small]).status === 0
    if (!isFull) chmodSync(small, 0o500)
    try {
      const options = { ...stage.options, nobody: !isFull }
      expect((await refusalOf(['export', repository, 'root', '--to', small], options)).code).toMatch(/^source\//)
      expect(readdirSync(small)).toEqual([])
    } finally {
      if (isFull) spawnSync('umount', [small])
    }
  })
})

async function fingerprint(digest: string): Promise<string> {
  const { toWords } = await import('../../src/core/words.ts')
  return toWords(Buffer.from(digest, 'hex'))[0] ?? ''
}

async function digestOf(root: string): Promise<string> {
  const { digestOf: of, parseMetadata } = await import('../../src/core/systems/tuf/metadata.ts')
  return of(parseMetadata(readFileSync(root), 'root', root))
}

// A signers file that was made for another project of the same people: signed well, and not for this one.
import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../../../src/core/bytes.ts'
import { sha256, sha512 } from '../../../../src/core/crypto.ts'
import { isOfProject } from '../../../../src/core/systems/asfaload/of-project.ts'
import { asfaloadSystem } from '../../../../src/core/systems/asfaload/system.ts'
import { fileVerdict } from '../../../../src/core/systems/asfaload/verdict.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { folder, founded, type Project, people, project, signersText } from './people.ts'

const { ana, bo } = await people('ana', 'bo')
const waiting = 'asfaload.signers.pending/index.json.metadata.json'
const next = signersText(2, { artifact: [[1, ana, bo]], timestamp: '2026-02-01T00:00:00Z' })

const nextDigest = await sha512(next)

async function originOf(url: string, retrieval = `${url}/raw/main/x.json`): Promise<string> {
  const verified_content = { retrieval_url: retrieval, content_hash: toHex(await sha512(next)) }
  return JSON.stringify({
    data: { Forge: { kind: 'Github', url, verified_content, retrieved_at: '2026-02-01T00:00:00Z' } },
  })
}

async function proposed(origin: string): Promise<Project> {
  const made = await founded(2, { artifact: [[1, ana]] }, ana)
  await made.draft('signers', next)
  made.put(waiting, origin)
  return made
}

test.each([
  ['https://github.com/u/r', undefined, undefined],
  ['https://github.com/U/R', 'https://raw.githubusercontent.com/u/r/main/x.json', undefined],
  ['https://github.com/u/r2', undefined, 'trust/changed'],
  ['https://github.com/u', undefined, 'trust/changed'],
  ['https://github.com/u/r', 'https://github.com/other/r/raw/main/x.json', 'trust/changed'],
  ['https://github.com/u/r', 'https://raw.githubusercontent.com/other/r/main/x.json', 'trust/changed'],
  ['https://evil.example/u/r', undefined, 'trust/changed'],
  ['https://github.com@evil.example/u/r', undefined, 'trust/changed'],
  ['https://github.com/u/r/../r2', undefined, 'trust/changed'],
] as const)('in the review: %s, read at %s: %s', async (url, retrieval, code) => {
  const made = await proposed(await originOf(url, retrieval))
  const { blocked } = await made.one('signers')
  expect(blocked?.code).toBe(code)
  if (code !== undefined) expect(await codeOfPromise(made.sign('signers', ana))).toBe(code)
})

test('what is not verified of the same people for this project is refused by who verifies, reads or pins it', async () => {
  // Signed where nobody could tell which project it is.
  const made = await proposed(await originOf('https://github.com/u/r2'))
  const names = new Map([...made.source.files].map(([name, bytes]) => [name.slice(folder.length), bytes]))
  const elsewhere = { ...project(signersText(2, { artifact: [[1, ana]] })) }
  const source = memoryTransport(names)
  const system = asfaloadSystem('')
  for (const one of [ana, bo]) {
    const [proposal] = (await system.pending(source, made.context)).proposals
    if (proposal === undefined) throw new Error('nothing waits')
    await source.write(await system.sign(proposal, one.signer, made.context), new Map(), '', made.context.signal)
  }
  const [whole] = (await system.pending(source, made.context)).proposals
  if (whole === undefined) throw new Error('nothing waits')
  await source.write(await system.publish(whole, [], source, made.context), new Map(), '', made.context.signal)
  expect(await codeOfPromise(system.state(source, made.context))).toBe('ok')
  for (const [name, bytes] of source.files) elsewhere.put(name, bytes)
  expect(await codeOfPromise(elsewhere.system.state(elsewhere.source, elsewhere.context))).toBe('trust/changed')
  const file = { name: 'x', sha512: toHex(await sha512(utf8('x'))), sha256: toHex(await sha256(utf8('x'))) }
  const verdict = (forge?: { host: string; path: string }) =>
    codeOfPromise(fileVerdict('', file, source, made.context, { forge }))
  expect(await verdict()).toBe('ok')
  expect(await verdict({ host: 'github.com', path: 'u/r2' })).toBe('ok')
  expect(await verdict({ host: 'github.com', path: 'u/r' })).toBe('trust/changed')
})

const named = { kind: 'Github', url: 'https://github.com/u/r', retrieved_at: '2026-02-01T00:00:00Z' }
const origins = {
  bound: await originOf('https://github.com/u/r'),
  named: JSON.stringify({ data: { Forge: named } }),
  'by hand': JSON.stringify({ data: { Cli: { submitted_at: '2026-02-01T00:00:00Z' } } }),
  missing: undefined,
}

describe('a signers file of another project of the same people, without what was signed of where it came from', () => {
  type How = keyof typeof origins
  /** One step with each of these, from signers whose origin nobody asks for. */
  async function led(...hows: readonly How[]): Promise<Project> {
    const made = await founded(2, { artifact: [[1, ana]] }, ana)
    for (const [at, how] of hows.entries()) {
      const file = signersText(2, { artifact: [[1, ana]], timestamp: `2026-02-0${at + 1}T00:00:00Z` })
      await made.draft('signers', file)
      const origin = origins[how]?.replace(toHex(nextDigest), toHex(await sha512(file)))
      if (origin !== undefined) made.put(waiting, origin)
      const found = (await made.one('signers')).findings.filter(({ code }) => code === 'origin-missing')
      reviewed = found.map(({ risk }) => risk)
      await made.sign('signers', ana)
      await made.publish('signers')
    }
    return made
  }
  let reviewed: string[] = []

  test.each([
    [['bound'], []],
    [['bound', 'bound'], []],
    [['missing'], ['notable']],
    [['by hand'], ['notable']],
    [['named'], ['notable']],
    [['missing', 'missing'], ['notable']],
    [['named', 'named'], ['notable']],
    [['bound', 'missing'], ['dangerous']],
    [['bound', 'by hand'], ['dangerous']],
    [['bound', 'named'], ['dangerous']],
    [['named', 'missing'], ['dangerous']],
  ] as const)('%j: told as %j in the review, in the state and to who verifies a file', async (hows, risks) => {
    const made = await led(...hows)
    expect(reviewed).toEqual(risks)
    const { findings } = await made.system.state(made.source, made.context)
    expect(findings.filter(({ code }) => code === 'origin-missing').map(({ risk }) => risk)).toEqual(risks)
    const content = utf8('x')
    await made.draft('release/v1/x', content)
    await made.sign('release/v1/x', ana)
    await made.publish('release/v1/x')
    const file = { name: 'x', sha512: toHex(await sha512(content)), sha256: toHex(await sha256(content)) }
    const verdict = await fileVerdict(folder, file, made.source, made.context)
    expect(verdict).toMatchObject({ kind: 'listed', findings: risks.map((risk) => ({ code: 'origin-missing', risk })) })
  })

  test('a step in between is told of as well', async () => {
    const made = await led('bound', 'missing', 'bound')
    expect(await made.system.state(made.source, made.context)).toMatchObject({ findings: [{ risk: 'dangerous' }] })
  })
})

describe('an address of a project', () => {
  const forge = { host: 'files.example', path: 'a/b' }
  test.each([
    ['https://files.example:8443/a/b/x', true],
    ['http://files.example/A/b', true],
    ['https://files.example/a/b.git', true],
    ['https://files.example/a.git/b', false],
    ['https://files.example/a/bc', false],
    ['https://files.example/a/b/../c', false],
    ['https://files.example/a/b/%2e%2e/c', false],
    ['https://files.example.org/a/b', false],
    ['files.example/a/b', false],
    ['', false],
  ] as const)('%s: %s', (address, is) => {
    expect(isOfProject(address, forge)).toBe(is)
  })
  test('is at the port that the folder says, where it says one', () => {
    const at = (port: number, address: string): boolean => isOfProject(address, { ...forge, port })
    expect(at(8443, 'https://files.example:8443/a/b')).toBe(true)
    expect(at(8443, 'https://files.example/a/b')).toBe(false)
    expect(at(443, 'https://files.example/a/b')).toBe(true)
    expect(at(443, 'https://files.example:443/a/b')).toBe(true)
    expect(at(443, 'https://files.example:8443/a/b')).toBe(false)
  })
})

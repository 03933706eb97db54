// ceremony new and print: from a repository and its people to a script, and from a script to paper.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseHex } from '../../src/core/bytes.ts'
import { recordBytes } from '../../src/core/ceremony/record.ts'
import { parseScript, scriptHash } from '../../src/core/ceremony/script.ts'
import { parsePublicKey, parsePublicKeyPem, toPem } from '../../src/core/key.ts'
import type { PublicKey } from '../../src/core/signer.ts'
import { toHoldersBytes } from '../../src/node/enrolled-file.ts'
import { findChromium, isProgram } from '../../src/node/find-chromium.ts'
import { castOf, goodRun, recordOf } from '../support/ceremony.ts'
import { answerOf, refusalOf, runCli } from '../support/cli.ts'
import { softwareSigner } from '../support/repository.ts'
import { Stage } from './stage.ts'

const stage = new Stage()
const at = (name: string): string => join(stage.folder, name)
const read = (name: string) => parseScript(readFileSync(at(name)), name)
const people = ['Ada=administrator', 'Wim=witness', 'Ana=signer', 'Ben=signer,observer']
const cast = people.flatMap((one) => ['--person', one])
const make = (kind: string, to: string, ...more: readonly string[]): string[] => [
  ...['ceremony', 'new', kind, '--to', at(to)],
  ...more,
]
const here = ['--repository', stage.repository, '--previous', 'none']

interface Made {
  hash: string
  warnings: string[]
  steps: number
}
const made = (args: readonly string[]): Promise<Made> => answerOf<Made>(args, stage.options)
const refused = async (args: readonly string[]): Promise<string> => (await refusalOf(args, stage.options)).code

let dana: string

beforeAll(async () => {
  await stage.create()
  const { key } = await softwareSigner('Dana', 'ecdsa-p256-sha256')
  dana = toPem(key)
  writeFileSync(at('dana.pem'), dana)
  const ran = await castOf()
  const whole = await recordOf(ran, goodRun(ran))
  writeFileSync(at('record.jsonl'), recordBytes(whole))
  writeFileSync(at('script.json'), ran.bytes)
  writeFileSync(at('open.jsonl'), recordBytes({ ...whole, facts: whole.facts.slice(0, -1), signatures: [] }))
})

describe('new', () => {
  test('a renewal begins from the root in force, with the keys that it names', async () => {
    const { hash, warnings } = await made(
      make('renewal', 'renewal.json', ...here, ...cast, '--devices', '3', '--clock', '5'),
    )
    const script = read('renewal.json')
    expect(await scriptHash(readFileSync(at('renewal.json')))).toBe(hash)
    expect(script.anchor?.title).toBe('Root 1')
    expect(script.rules).toEqual({ devices: 3, offline: true, sandbox: true, clockSeconds: 5 })
    expect(script.people.map(({ keys }) => keys.length)).toEqual([0, 0, 1, 1])
    expect(warnings).toEqual([])
    const { anchor } = await answerOf<{ anchor: { digest: string } }>(['status', stage.repository], stage.options)
    expect(script.anchor?.digest).toBe(anchor.digest)
    const { out } = await runCli(make('renewal', 'again.json', ...here, ...cast), stage.options)
    expect(out).toContain('countersign ceremony print')
  })

  test('it is the next one after a record, with its own words, and on a network where that is said', async () => {
    const own = ['--title', 'Ours', '--purpose', 'To see', '--online', '--previous', at('record.jsonl')]
    await made(make('renewal', 'own.json', '--repository', stage.repository, ...cast, ...own))
    const script = read('own.json')
    expect([script.title, script.purpose, script.rules.offline]).toEqual(['Ours', 'To see', false])
    const { fingerprint } = await answerOf<{ fingerprint: string }>(
      ['ceremony', 'verify', at('record.jsonl'), '--script', at('script.json')],
      stage.options,
    )
    expect(script.previous).toBe(fingerprint)
  })

  test('too few keys for the threshold are told, and signers whose key is in no root', async () => {
    const some = ['Ada=administrator', 'Wim=witness', 'Dana=signer'].flatMap((one) => ['--person', one])
    const { warnings } = await made(make('renewal', 'few.json', ...here, ...some, '--key', `Dana=${at('dana.pem')}`))
    expect(warnings).toHaveLength(3)
  })

  test('enrolled keys go before those of the root, with serial number and proof', async () => {
    const { key } = await softwareSigner('Ana', 'ecdsa-p256-sha256')
    const entry = {
      ...{ signerId: 'piv:20000001/9c', key, tokenName: 'YubiKey 5', serial: '20000001', slot: '9c' },
      ...{ rehearsal: false, enrolledAt: '2026-01-01T00:00:00Z' },
    }
    const file = join(stage.home, 'enrolled-tokens.json')
    writeFileSync(file, toHoldersBytes([{ name: 'Ana', keys: [entry] }]), { mode: 0o600 })
    await made(make('renewal', 'enrolled.json', ...here, ...cast))
    expect(read('enrolled.json').people[2]?.keys).toMatchObject([
      { label: 'YubiKey 5', serial: '20000001', attested: false, key: { spki: new Uint8Array(key.spki) } },
    ])
    stage.restore()
  })

  test('a rotation needs a root that waits and changes keys, and says who is needed', async () => {
    expect(await refused(make('rotation', 'no.json', ...here, ...cast))).toBe('usage/invalid')
    const swap = ['roles', stage.repository, 'replace-key', 'root', 'Cleo', '--pem', at('dana.pem'), '--name', 'Dana']
    await answerOf([...swap, '--replace'], stage.options)
    const error = await refusalOf(make('rotation', 'no.json', ...here), stage.options)
    expect(error.code).toBe('usage/invalid')
    for (const name of ['Ana', 'Ben', 'Cleo', 'Dana']) expect(error.hint).toContain(`--person "${name}=signer"`)
    expect(await refused(make('renewal', 'no.json', ...here, ...cast))).toBe('usage/invalid')
    await made(make('rotation', 'rotation.json', ...here, ...cast, '--person', 'Dana=signer'))
    expect(JSON.stringify(read('rotation.json'))).toContain('(Ana, Ben and Dana)')
    expect(read('rotation.json').people[4]?.keys).toHaveLength(1)
    // The lost key is on nobody's list any more, and two others are left.
    await made(make('lost-token', 'lost.json', ...here, ...cast, '--lost', 'Cleo', '--person', 'Cleo=observer'))
    expect(read('lost.json').people[4]?.keys).toEqual([])
    stage.restore()
  })

  test('a lost token: said whose; and not when too few are left', async () => {
    const lost = (...more: readonly string[]) => make('lost-token', 'no.json', ...here, ...cast, ...more)
    expect(await refused(lost())).toBe('usage/invalid')
    expect(await refused(lost('--lost', 'Zoe'))).toBe('usage/invalid')
    expect(await refused(make('renewal', 'no.json', ...here, ...cast, '--lost', 'Ana'))).toBe('usage/invalid')
    // Ana signs with a new key; the old one alone is lost.
    await made(lost('--lost', 'Ana', '--key', `Ana=${at('dana.pem')}`).map((one) => one.replace('no.json', 'ana.json')))
    expect(read('ana.json').people[2]?.keys).toHaveLength(1)
    await answerOf(['roles', stage.repository, 'threshold', 'root', '3', '--replace'], stage.options)
    await stage.sign('root', 'Ana', 'Ben', 'Cleo')
    await answerOf(['publish', stage.repository, 'root'], stage.options)
    expect(await refused(lost('--lost', 'Cleo'))).toBe('trust/threshold')
    stage.restore()
  })

  test('a lost token is found by its serial number, and only the key on it is lost', async () => {
    const { roles } = await answerOf<{ roles: { quorum: { keys: { owner: string; spki: string }[] } }[] }>(
      ['status', stage.repository],
      stage.options,
    )
    const spki = roles[0]?.quorum.keys.find(({ owner }) => owner === 'Cleo')?.spki ?? ''
    const entry = (signerId: string, serial: string, key: PublicKey) => ({
      ...{ signerId, key, tokenName: 'YubiKey 5', serial, slot: '9c' },
      ...{ rehearsal: false, enrolledAt: '2026-01-01T00:00:00Z' },
    })
    const keys = [
      entry('piv:20000002/9c', '20000002', parsePublicKey(parseHex(spki, 'the key'))),
      entry('piv:20000003/9c', '20000003', parsePublicKeyPem(dana)),
    ]
    writeFileSync(join(stage.home, 'enrolled-tokens.json'), toHoldersBytes([{ name: 'Cleo', keys }]), { mode: 0o600 })
    await made(make('lost-token', 'serial.json', ...here, ...cast, '--lost', '20 000 002', '--person', 'Cleo=signer'))
    expect(read('serial.json').people[4]?.keys.map(({ serial }) => serial)).toEqual(['20000003'])
    expect(read('serial.json').title).toContain('Cleo')
    stage.restore()
  })

  test('a first root, and a rehearsal, begin from nothing', async () => {
    const keys = ['Ana', 'Ben'].flatMap((name) => ['--key', `${name}=${name}`])
    await made(make('first-root', 'first.json', '--repository', 'packages to come', ...cast, ...keys))
    expect([read('first.json').anchor, read('first.json').repository]).toEqual([null, 'packages to come'])
    await made(make('rehearsal', 'rehearsal.json', ...cast, ...keys))
    expect(read('rehearsal.json').title).toContain('Rehearsal')
  })

  test('what is missing or wrong is told, and no file is left', async () => {
    const bad: readonly (readonly [string, readonly string[]])[] = [
      ['usage/invalid', ['ceremony', 'new', 'renewal', ...here, ...cast]],
      ['usage/invalid', make('coronation', 'bad.json', ...here, ...cast)],
      ['usage/invalid', make('renewal', 'bad.json', ...cast, '--previous', 'none')],
      ['usage/invalid', make('renewal', 'bad.json', ...cast, '--repository', stage.repository)],
      ['usage/invalid', make('renewal', 'bad.json', ...here)],
      ['usage/invalid', make('first-root', 'bad.json', ...cast)],
      ['source/not-found', make('renewal', 'bad.json', '--repository', 'nowhere', '--previous', 'none', ...cast)],
      [
        'format/malformed',
        make('renewal', 'bad.json', '--repository', stage.repository, '--previous', at('open.jsonl')),
      ],
      ['usage/invalid', make('renewal', 'bad.json', ...here, ...cast, '--devices', '1')],
      ['usage/invalid', make('renewal', 'bad.json', ...here, ...cast, '--clock', 'slow')],
      ['usage/invalid', make('renewal', 'bad.json', ...here, ...cast, '--person', 'Cleo')],
      ['usage/invalid', make('renewal', 'bad.json', ...here, ...cast, '--person', 'Cleo=boss')],
      ['usage/invalid', make('renewal', 'bad.json', ...here, ...cast, '--person', 'Dana=signer')],
      ['usage/invalid', make('renewal', 'bad.json', ...here, ...cast, '--person', 'ada=observer')],
      ['usage/invalid', make('renewal', 'bad.json', ...here, ...cast, '--person', 'Eve\u202e=observer')],
      ['usage/invalid', make('renewal', 'bad.json', ...here, ...cast, '--key', `Zoe=${at('dana.pem')}`)],
      ['usage/invalid', make('renewal', 'bad.json', ...here, ...cast, '--key', 'Ana')],
      ['signer/absent', make('renewal', 'bad.json', ...here, ...cast, '--key', 'Ana=nobody')],
      ['format/malformed', make('renewal', 'bad.json', ...here, ...cast, '--key', `Ana=${at('script.json')}`)],
      ['usage/invalid', make('rehearsal', 'bad.json', ...cast.slice(0, -2))],
    ]
    for (const [code, args] of bad) expect([args.join(' '), await refused(args)]).toEqual([args.join(' '), code])
    expect(existsSync(at('bad.json'))).toBe(false)
    expect(await refused(make('renewal', 'script.json', ...here, ...cast))).toBe('usage/invalid')
    expect(await refused(make('renewal', 'none/x.json', ...here, ...cast))).toBe('source/not-found')
  })
})

describe('print', () => {
  const print = (file: string, to: string, ...more: readonly string[]) => [
    ...['ceremony', 'print', at(file), '--to', at(to)],
    ...more,
  ]

  test('a script, and a record with its script, are known by their content', async () => {
    expect(await answerOf(print('script.json', 's.html'), stage.options)).toMatchObject({ kind: 'script', paper: 'a4' })
    expect(readFileSync(at('s.html'), 'utf8')).toContain('size: A4')
    const args = print('record.jsonl', 'r.html', '--paper', 'letter', '--script', at('script.json'))
    expect(await answerOf(args, stage.options)).toMatchObject({ kind: 'record', paper: 'letter' })
    expect(readFileSync(at('r.html'), 'utf8')).toContain('Record: Root 2')
  })

  test('a PDF is made by a browser of this machine; where there is none, that is told', async () => {
    const env = { PATH: '/usr/bin:/bin' }
    const args = print('script.json', 's.pdf')
    if (findChromium({ platform: process.platform, env, isProgram }) === undefined) {
      expect(await refused(args)).toBe('usage/invalid')
      return
    }
    await answerOf(args, stage.options)
    expect(readFileSync(at('s.pdf')).subarray(0, 5).toString()).toBe('%PDF-')
    // Neither over another file.
    expect(await refused(args)).toBe('usage/invalid')
  })

  test('bad calls', async () => {
    mkdirSync(at('folder'))
    await made(make('rehearsal', 'other.json', ...cast, '--key', 'Ana=Ana', '--key', 'Ben=Ben'))
    const bad: readonly (readonly [string, readonly string[]])[] = [
      ['usage/invalid', print('script.json', 'x.txt')],
      ['usage/invalid', ['ceremony', 'print', at('script.json')]],
      ['usage/invalid', print('script.json', 'x.html', '--paper', 'a5')],
      ['usage/invalid', print('script.json', 'x.html', '--script', at('script.json'))],
      ['trust/changed', print('record.jsonl', 'x.html', '--script', at('other.json'))],
      ['format/malformed', print('dana.pem', 'x.html')],
      ['source/rejected', print('folder', 'x.html')],
      ['source/not-found', print('nothing.json', 'x.html')],
    ]
    for (const [code, args] of bad) expect([args.join(' '), await refused(args)]).toEqual([args.join(' '), code])
    expect(existsSync(at('x.html'))).toBe(false)
  })
})

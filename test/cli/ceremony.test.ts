// The script and the record of a ceremony on the command line.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { recordBytes } from '../../src/core/ceremony/record.ts'
import type { Result } from '../../src/core/ceremony/result.ts'
import { type Cast, castOf, goodRun, recordOf } from '../support/ceremony.ts'
import { answerOf, refusalOf, runCli, sharedFolder } from '../support/cli.ts'
import { type RealCeremony, realCeremony } from '../support/real-ceremony.ts'
import { stampAuthority } from '../support/stamp-authority.ts'

const folder = sharedFolder()
const options = { home: join(folder, 'home') }
const file = (name: string): string => join(folder, name)
let cast: Cast
let real: RealCeremony

beforeAll(async () => {
  mkdirSync(options.home)
  cast = await castOf()
  writeFileSync(file('script.json'), cast.bytes)
  real = await realCeremony()
  writeFileSync(file('real.jsonl'), real.bytes)
  writeFileSync(file('real.script.json'), real.cast.bytes)
  writeFileSync(file('real.request.json'), real.request)
  writeFileSync(file('2.root.json'), real.document)
  writeFileSync(file('record.jsonl'), recordBytes(await recordOf(cast, goodRun(cast))))
})

test('a script says what it asks for, and its hash in words', async () => {
  const { out } = await runCli(['ceremony', 'check', file('script.json')], options)
  expect(out).toMatch(/Wim: witness/)
  expect(out).toMatch(/3\.2 {2}signer: Do sign\./)
  const { hash } = await answerOf<{ hash: string }>(['ceremony', 'check', file('script.json')], options)
  expect(out).toContain(hash)
})

test('a record that is in order is good, a copy for the public too, and one that was changed is not', async () => {
  const verify = (name: string) => ['ceremony', 'verify', file(name), '--script', file('script.json')]
  const { good, fingerprint } = await answerOf<{ good: boolean; fingerprint: string }>(verify('record.jsonl'), options)
  expect(good).toBe(true)
  await answerOf(['ceremony', 'redact', file('record.jsonl'), '--for', 'public', '--to', file('public.jsonl')], options)
  expect(await answerOf(verify('public.jsonl'), options)).toMatchObject({ good: true, fingerprint })
  expect(readFileSync(file('public.jsonl'), 'utf8')).not.toContain('no interface is up')
  const text = readFileSync(file('record.jsonl'), 'utf8')
  writeFileSync(file('changed.jsonl'), text.replace('it was set', 'it was new'))
  expect((await refusalOf(verify('changed.jsonl'), options)).code).toBe('trust/bad-signature')
  const lines = text.trimEnd().split('\n')
  writeFileSync(file('unsigned.jsonl'), `${lines.slice(0, -1).join('\n')}\n`)
  const { code, json } = await runCli([...verify('unsigned.jsonl'), '--json'], options)
  expect([code, (json as { good: boolean }).good]).toEqual([5, false])
})

test('the files that were kept are found by their hash, and what was signed is worked out again', async () => {
  const verify = (...names: readonly string[]) => [
    ...['ceremony', 'verify', file('real.jsonl')],
    ...names.flatMap((name) => ['--with', file(name)]),
  ]
  const names = ['2.root.json', 'real.request.json', 'real.script.json']
  const { good, results } = await answerOf<{ good: boolean; results: Result[] }>(verify(...names), options)
  expect(good).toBe(true)
  const found = results.filter(({ outcome, line }) => outcome === 'holds' && line !== undefined)
  for (const name of names) expect(found.some(({ sentence }) => sentence.startsWith(`${name} is`))).toBe(true)
  expect(found.filter(({ sentence }) => sentence.endsWith('fits the bytes of the change'))).toHaveLength(2)
  expect((await runCli(verify('2.root.json', 'record.jsonl'), options)).code).toBe(5)
})

test('names stand in quotes as they are', async () => {
  const { out } = await runCli(['ceremony', 'verify', file('real.jsonl')], options)
  expect(out).toContain('“2.root.json”, which was exported')
  expect(out).not.toContain('⟨U+')
})

test('a script where a record is asked for, and the other way round, is told from a file that is broken', async () => {
  for (const call of [
    ['verify', file('script.json')],
    ['check', file('record.jsonl')],
  ])
    expect((await refusalOf(['ceremony', ...call], options)).code).toBe('usage/invalid')
  writeFileSync(file('broken.json'), '{}')
  for (const verb of ['verify', 'check'])
    expect((await refusalOf(['ceremony', verb, file('broken.json')], options)).code).toMatch(/^format\//)
})

test('a time stamp: a request is written, its answer taken in once, and what is of another record is not', async () => {
  const authority = stampAuthority(file('authority'), 'p256')
  writeFileSync(file('root.pem'), authority.root)
  const stamp = (...more: readonly string[]) => ['ceremony', 'stamp', file('real.jsonl'), ...more]
  await answerOf(stamp('--request', file('a.tsq')), options)
  writeFileSync(file('a.tsr'), authority.reply(readFileSync(file('a.tsq'))))
  expect(await answerOf(stamp('--token', file('a.tsr')), options)).toMatchObject({ added: true })
  const once = readFileSync(file('real.jsonl'))
  expect(once.subarray(0, real.bytes.length)).toEqual(Buffer.from(real.bytes))
  expect(await answerOf(stamp('--token', file('a.tsr')), options)).toMatchObject({ added: false })
  expect(readFileSync(file('real.jsonl'))).toEqual(once)
  const verify = ['ceremony', 'verify', file('real.jsonl'), '--authority', file('root.pem')]
  const { good, results } = await answerOf<{ good: boolean; results: Result[] }>(verify, options)
  expect([good, results.some(({ sentence }) => /is an authority that is trusted/.test(sentence))]).toEqual([true, true])
  const record = readFileSync(file('record.jsonl'))
  const other = ['ceremony', 'stamp', file('record.jsonl'), '--token', file('a.tsr')]
  expect((await refusalOf(other, options)).code).toBe('trust/bad-signature')
  expect(readFileSync(file('record.jsonl'))).toEqual(record)
  expect((await refusalOf(stamp(), options)).code).toBe('usage/invalid')
})

test('a wrong word is told', async () => {
  for (const args of [
    ['ceremony', 'dance', file('record.jsonl')],
    ['ceremony', 'dance'],
    ['ceremony', 'verify'],
    ['ceremony', 'run'],
    ['ceremony', 'resume', '2026-11-30-00000000'],
    ['ceremony', 'redact', file('record.jsonl'), '--for', 'internal', '--to', file('x')],
    ['ceremony', 'redact', file('record.jsonl'), '--for', 'public'],
  ])
    expect((await refusalOf(args, options)).code).toBe('usage/invalid')
})

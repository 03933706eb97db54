// The script and the record of a ceremony on the command line.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { recordBytes } from '../../src/core/ceremony/record.ts'
import { type Cast, castOf, goodRun, recordOf } from '../support/ceremony.ts'
import { answerOf, refusalOf, runCli, sharedFolder } from '../support/cli.ts'

const folder = sharedFolder()
const options = { home: join(folder, 'home') }
const file = (name: string): string => join(folder, name)
let cast: Cast

beforeAll(async () => {
  mkdirSync(options.home)
  cast = await castOf()
  writeFileSync(file('script.json'), cast.bytes)
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
  expect((await refusalOf(['ceremony', 'check', file('record.jsonl')], options)).code).toBe('format/malformed')
})

// Paper: nothing in a text can become anything but text, and what must stand there does.
import { beforeAll, expect, test } from 'vitest'
import { parseHex, utf8 } from '../../../src/core/bytes.ts'
import { recordHtml } from '../../../src/core/ceremony/print/record-html.ts'
import { scriptHtml } from '../../../src/core/ceremony/print/script-html.ts'
import { fingerprintOf, parseRecord, recordBytes, redacted } from '../../../src/core/ceremony/record.ts'
import { type CeremonyScript, scriptBytes, scriptHash } from '../../../src/core/ceremony/script.ts'
import { readQr } from '../../../src/core/transfer/qr.ts'
import { toWords } from '../../../src/core/words.ts'
import { type Cast, castOf, goodRun, recordOf } from '../../support/ceremony.ts'

let cast: Cast
beforeAll(async () => {
  cast = await castOf()
})

const hostile = `</title><script>alert(1)</script><img src=x onerror="a()"> & 'b' "c" \u05d0`
const print = (script: CeremonyScript, paper: 'a4' | 'letter' = 'a4') =>
  scriptHtml(script, scriptBytes(script), { paper })
const wordsIn = (html: string): number =>
  toWords(parseHex(hashes.get(html) ?? '', 'it')).filter((word, at) => html.includes(`<i>${at + 1}</i>${word}</li>`))
    .length
const hashes = new Map<string, string>()

test('its words, its code, its people and every step stand in a script', async () => {
  const html = await print(cast.script)
  const hash = await scriptHash(cast.bytes)
  hashes.set(html, hash)
  expect(wordsIn(html)).toBe(32)
  expect(html).toContain(hash.match(/.{4}/g)?.join(' '))
  expect(qrOf(html)).toBe(hash.toUpperCase())
  for (const { name } of cast.script.people) expect(html).toContain(`<bdi>${name}</bdi>`)
  for (const { steps } of cast.script.acts) for (const { text } of steps) expect(html).toContain(`<bdi>${text}</bdi>`)
  expect(html.match(/<td>\d+<\/td>/g)?.length).toBe(32)
  expect(html).not.toContain('REHEARSAL')
})

test('signers initial each for themselves', async () => {
  const html = await print(cast.script)
  // Three signers, in the roll call, in agreeing and in signing.
  expect(html.match(/<tr class="each">/g)).toHaveLength(9)
})

test('paper is chosen, and nothing is fetched or run', async () => {
  expect(await print(cast.script)).toContain('size: A4 portrait')
  const html = await print(cast.script, 'letter')
  expect(html).toContain('size: Letter portrait')
  expect(html).not.toMatch(/<script|<link|<iframe|https?:|@import|url\(/i)
})

test('hostile texts stay text', async () => {
  const { script } = cast
  const [first, ...people] = script.people
  const [act, ...acts] = script.acts
  if (first === undefined || act === undefined) throw new Error('the cast is empty')
  const named = {
    ...first,
    name: hostile,
    keys: first.keys.map((key) => ({ ...key, label: hostile, serial: '<b>\u202e1' })),
  }
  const steps = act.steps.map((step) => ({ ...step, text: hostile, expect: `${hostile}\u202e\n` }))
  const html = await print({
    ...{ ...script, title: hostile, purpose: hostile, repository: hostile, subject: hostile },
    anchor: { title: hostile, digest: 'a0'.repeat(32) },
    people: [named, ...people],
    acts: [{ title: hostile, steps }, ...acts],
  })
  expect(html).not.toMatch(/<script|<img|<b>\u202e/)
  expect(html).not.toContain('\u202e')
  expect(html).toContain('⟨U+202E⟩')
  expect(html.match(/<[a-z]+[^>]*onerror=/)).toBeNull()
  expect(html.split('</title>')).toHaveLength(2)
})

test('a record: each line with what it says, its fingerprint on it, and what is withheld as that', async () => {
  const whole = await recordOf(cast, goodRun(cast))
  const fingerprint = fingerprintOf(whole) ?? ''
  const html = recordHtml(whole, cast.script, { paper: 'a4' })
  hashes.set(html, fingerprint)
  expect(wordsIn(html)).toBe(32)
  expect(qrOf(html)).toBe(fingerprint.toUpperCase())
  expect(html).toContain('no interface is up')
  expect(html).toContain('Deviation 1: “the clock was slow”')
  expect(html).not.toContain('class="withheld"')
  const copy = await parseRecord(recordBytes(redacted(whole, 'public')), 'it')
  const shown = recordHtml(copy, undefined, { paper: 'letter' })
  expect(shown).not.toContain('no interface is up')
  expect(shown.match(/<tr class="withheld">/g)).toHaveLength(6)
  expect(qrOf(shown)).toBe(fingerprint.toUpperCase())
})

test('every kind of fact has its words', async () => {
  const some = await recordOf(cast, [
    ...goodRun(cast).slice(0, 2),
    { kind: 'resumed', fact: { interruptedAfter: '', reason: 'power <i>' } },
    { kind: 'refused', fact: { code: 'signer/absent', message: 'no token' } },
    { kind: 'exported', fact: { name: 'root.json', digest: 'ab'.repeat(32), bytes: 12 } },
    ...(['break', 'back'] as const).map((kind) => ({ kind, actor: 'Ada', fact: { said: '' } })),
    { kind: 'stopped', actor: 'Wim', fact: { said: 'enough' } },
  ])
  const html = recordHtml(some, undefined, { paper: 'a4' })
  for (const text of [
    'power &lt;i&gt;',
    'no token (signer/absent)',
    '“root.json”, 12 bytes',
    'Break.',
    'witness: “enough”',
  ])
    expect(html).toContain(text)
  // It is not closed.
  expect(html).not.toContain('class="qr"')
  expect(html).toContain('no fingerprint')
})

test('a rehearsal says so across every page', async () => {
  const html = recordHtml(await recordOf(cast, goodRun(cast), '0f', true), cast.script, { paper: 'a4' })
  expect(html).toContain('class="mark"')
  expect(html).toContain(encodeURIComponent('>REHEARSAL</text>'))
  expect(html).not.toMatch(/https?:\/\//)
})

test('a key in a signature that is none is shown as it is', async () => {
  const whole = await recordOf(cast, goodRun(cast))
  const html = recordHtml(
    { ...whole, signatures: [{ person: 'Ana', key: utf8('nokey'), value: utf8('x') }] },
    undefined,
    {
      paper: 'a4',
    },
  )
  expect(html).toContain('6e6f6b6579')
})

/** Drawn from the path again, eight pixels a module, and read as a camera would. */
function qrOf(html: string): string | undefined {
  const [, side = '', path = ''] = /<svg class="qr" viewBox="0 0 (\d+) [^>]*><path d="([^"]*)"/.exec(html) ?? []
  const scale = 8
  const width = Number(side) * scale
  const data = new Uint8Array(width * width * 4).fill(255)
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++)
      for (let at = Number(x) * scale; at < (Number(x) + Number(run)) * scale; at++)
        data.fill(0, (row * width + at) * 4, (row * width + at) * 4 + 3)
  }
  return readQr({ width, height: width, data })
}

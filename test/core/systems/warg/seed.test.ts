// Logs of version 0.1.0, the first proposal: read and verified, with rules of their own.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseBase64, toBase64, utf8 } from '../../../../src/core/bytes.ts'
import { parseSeedEnvelope, type SeedEnvelope, verifySeedLog } from '../../../../src/core/systems/warg/seed/seed-log.ts'
import { faultOfCall, faultOfPromise } from '../../../support/thrown.ts'
import { person } from '../../../support/warg/keys.ts'

const known = { ana: person('ana'), bo: person('bo'), stranger: person('stranger') }
type Who = keyof typeof known
const keyText = (who: Who): string => known[who].text.replace('ecdsa-p256:', 'ECDSA:')
const digest = `SHA256:${toBase64(new Uint8Array(32))}`

type Step = [Who, (() => object) | object, object?]

/** Through the text in which it would be sent. */
async function log(...steps: Step[]): Promise<SeedEnvelope[]> {
  const envelopes: SeedEnvelope[] = []
  let prev: string | undefined
  for (const [who, content, other] of steps) {
    const more = typeof content === 'function' ? content() : content
    const fields = { ...(prev === undefined ? {} : { prev }), version: '0.1.0', time: '2022-12-16T20:05:20Z', ...more }
    const entry = utf8(JSON.stringify({ ...fields, ...other }))
    const der = known[who].sign(entry)
    const sent = { entry: toBase64(entry), key: keyText(who), signature: `ECDSA:${toBase64(der)}` }
    envelopes.push(parseSeedEnvelope(utf8(JSON.stringify(sent)), 'it'))
    prev = `SHA256:${createHash('sha256').update(entry).digest('base64')}`
  }
  return envelopes
}

const init = { algorithm: 'SHA256' }
const first: Step = ['ana', () => ({ init: { ...init, key: keyText('ana') } })]
const update = (who: Who, allow: string[], deny: string[] = []): (() => object) => {
  return () => ({ updateAuth: { key: keyText(who), allow, deny } })
}
const release = (version: string): object => ({ release: { version, digest } })
const yank = (version: string): object => ({ yank: { version } })
const begun: Step[] = [first, ['ana', update('ana', ['Release', 'Yank'])], ['ana', release('1.0.0')]]

describe('a log of version 0.1.0', () => {
  test('says who may do what, and what became of its releases', async () => {
    const steps: Step[] = [
      ['ana', update('bo', ['Yank'])],
      ['bo', yank('1.0.0')],
      ['ana', update('bo', [], ['Yank'])],
    ]
    const state = await verifySeedLog('package', await log(...begun, ...steps))
    const [ana, bo] = [known.ana, known.bo]
    expect(
      state.permissions.holdings.map(({ keyId, permission, from, until }) => [keyId, permission, from, until]),
    ).toEqual([
      [ana.id, 'update-auth', 1, undefined],
      [ana.id, 'release', 2, undefined],
      [ana.id, 'yank', 2, undefined],
      [bo.id, 'yank', 4, 6],
    ])
    expect(state.releases.get('1.0.0')).toMatchObject({ digest, record: 3, yanked: { record: 5, by: bo.id } })
    expect([state.length, state.initId?.startsWith('SHA256:')]).toEqual([6, true])
  })

  test('of an operator says who may commit', async () => {
    const state = await verifySeedLog('operator', await log(first, ['ana', update('bo', ['Commit'])]))
    expect(state.permissions.holds(known.bo.id, 'commit')).toBe(true)
  })

  test.each<[string, Step[], string]>([
    ['nothing wrong', [['ana', release('1.0.1')]], 'ok'],
    ['released twice', [['ana', release('1.0.0')]], 'released-twice'],
    ['yanked before it was released', [['ana', yank('2.0.0')]], 'yank-unreleased'],
    [
      'yanked twice',
      [
        ['ana', yank('1.0.0')],
        ['ana', yank('1.0.0')],
      ],
      'yanked-twice',
    ],
    ['begun twice', [first], 'init-again'],
    ['a permission taken that is not held', [['ana', update('bo', [], ['Yank'])]], 'revoke-not-held'],
    ['released by a stranger', [['stranger', release('2.0.0')]], 'not-permitted'],
    ['yanked by a stranger', [['stranger', yank('1.0.0')]], 'not-permitted'],
    ['a permission that a stranger gives', [['stranger', update('stranger', ['Release'])]], 'not-permitted'],
    ['a permission that nobody knows', [['ana', update('bo', ['Commit'])]], 'unknown-permission'],
    ['a permission by its number', [['ana', { updateAuth: { key: 'ECDSA:', allow: [1] } }]], 'bad-key'],
    ['an earlier time', [['ana', release('2.0.0'), { time: '2022-12-16T21:05:19+01:00' }]], 'time-backwards'],
    ['no time', [['ana', release('2.0.0'), { time: 'today' }]], 'bad-time'],
    ['another version', [['ana', release('2.0.0'), { version: '0.2.0' }]], 'unknown-record-version'],
    ['another entry before it', [['ana', release('2.0.0'), { prev: digest }]], 'prev-differs'],
    ['no entry before it', [['ana', release('2.0.0'), { prev: undefined }]], 'prev-missing'],
    ['a hash as it is spelled today', [['ana', release('2.0.0'), { prev: `sha256:${'0'.repeat(64)}` }]], 'bad-hash'],
    ['two things', [['ana', { ...release('2.0.0'), ...yank('1.0.0') }]], 'entry-with-two'],
    ['nothing', [['ana', {}]], 'entry-without-content'],
    ['a field that nobody knows', [['ana', release('2.0.0'), { more: 1 }]], 'bad-answer'],
    ['a version that is none', [['ana', release('v2')]], 'bad-version'],
  ])('%s', async (_, steps, fault) => {
    expect(await faultOfPromise(log(...begun, ...steps).then((made) => verifySeedLog('package', made)))).toBe(fault)
    const before = await log(...begun, ...steps.slice(0, -1))
    expect(await faultOfPromise(verifySeedLog('package', before))).toBe('ok')
  })

  test.each<[string, Step, string]>([
    ['a first entry that follows another', [first[0], first[1], { prev: digest }], 'prev-on-first'],
    ['a first entry that does not begin the log', ['ana', release('1.0.0')], 'not-init-first'],
    ['a first entry of one key, signed by another', ['bo', first[1]], 'init-by-another-key'],
    ['another hash', ['ana', () => ({ init: { algorithm: 'SHA512', key: keyText('ana') } })], 'hash-algorithm'],
    ['another kind of key', ['ana', { init: { ...init, key: 'RSA:AAAA' } }], 'bad-key'],
  ])('%s', async (_, step, fault) => {
    expect(await faultOfPromise(verifySeedLog('package', await log(step)))).toBe(fault)
  })

  test('the first key may give and take, and nothing else', async () => {
    expect(await faultOfPromise(verifySeedLog('package', await log(first, ['ana', release('1.0.0')])))).toBe(
      'not-permitted',
    )
  })

  test('a signature is over the bytes of the entry', async () => {
    const [one] = await log(first)
    if (one === undefined) throw new Error('no entry')
    const spaced = { ...one, entry: utf8(`${new TextDecoder().decode(one.entry)} `) }
    expect(await faultOfPromise(verifySeedLog('package', [spaced]))).toBe('record-signature')
  })

  test('an envelope of another kind is refused', () => {
    const sent = { entry: '', key: keyText('ana'), signature: 'RSA:AAAA' }
    expect(faultOfCall(() => parseSeedEnvelope(utf8(JSON.stringify(sent)), 'it'))).toBe('bad-signature-text')
    expect(parseBase64(digest.slice(7), 'it')).toHaveLength(32)
  })
})

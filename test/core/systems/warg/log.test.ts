// Package and operator logs: what they say in the end, and every rule that a record can break, by name.
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../../src/core/bytes.ts'
import { AppError } from '../../../../src/core/error.ts'
import { thousands } from '../../../../src/core/phrases.ts'
import type { PublicKey } from '../../../../src/core/signer.ts'
import type { Envelope } from '../../../../src/core/systems/warg/encoding/envelope.ts'
import { type LogKind, recordIdOf } from '../../../../src/core/systems/warg/encoding/ids.ts'
import { type VerifiedRecord, verifyLog } from '../../../../src/core/systems/warg/log/log.ts'
import type { PermissionTable } from '../../../../src/core/systems/warg/log/permissions.ts'
import {
  type Entry,
  encodeRecord,
  type Permission,
  type RecordDraft,
} from '../../../../src/core/systems/warg/log/record.ts'
import { faultOfPromise } from '../../../support/thrown.ts'
import { type Person, person } from '../../../support/warg/keys.ts'
import { chained, content, moment, signedBy } from '../../../support/warg/records.ts'

const people = (): [Person, Person, Person] => [person('alice'), person('bob'), person('eve')]

const release = (version: string): Entry => ({ kind: 'release', version, digest: content })
const yank = (version: string): Entry => ({ kind: 'yank', version })
type Step = [Person, readonly Entry[], Partial<RecordDraft>?]

/** After that record, by its number. */
function heldAfter(
  { holdings }: Pick<PermissionTable, 'holdings'>,
  record: number,
  keyId: string,
  permission: Permission,
): boolean {
  return holdings.some(
    (one) =>
      one.keyId === keyId && one.permission === permission && one.from <= record && record < (one.until ?? Infinity),
  )
}

describe('a package log', () => {
  test('says who may do what since when, and what became of its releases', async () => {
    const [ana, bo] = people()
    const log = chained(
      'package',
      [
        ana,
        [
          { kind: 'init', key: ana },
          { kind: 'grant', key: bo, permissions: ['release'] },
        ],
      ],
      [bo, [release('1.0.0'), release('1.0.0+build')]],
      [ana, [{ kind: 'revoke', keyId: bo.id, permissions: ['release'] }, yank('1.0.0')]],
    )
    const state = await verifyLog('package', log)
    expect(state.length).toBe(3)
    expect(state.head).toEqual({ id: recordIdOf('package', log[2]?.contents ?? new Uint8Array()), time: moment })
    expect(state.initId).toBe(recordIdOf('package', log[0]?.contents ?? new Uint8Array()))
    expect(state.permissions.holdings).toEqual([
      { keyId: ana.id, permission: 'release', from: 1, by: ana.id },
      { keyId: ana.id, permission: 'yank', from: 1, by: ana.id },
      { keyId: bo.id, permission: 'release', from: 1, by: ana.id, until: 3, takenBy: ana.id },
    ])
    expect(state.permissions.standing.map(({ keyId }) => keyId)).toEqual([ana.id, ana.id])
    const held = [0, 1, 2, 3].map((record) => heldAfter(state.permissions, record, bo.id, 'release'))
    expect(held).toEqual([false, true, true, false])
    expect(state.releases.get('1.0.0')).toMatchObject({
      digest: content,
      record: 2,
      by: bo.id,
      yanked: { record: 3, by: ana.id },
    })
    expect(state.releases.get('1.0.0+build')?.yanked).toBeUndefined()
    expect(state.findings).toEqual([])
  })

  test('a grant counts for what stands behind it in the same record, and so does giving up a permission', async () => {
    const [ana] = people()
    const init: Entry = { kind: 'init', key: ana }
    const giveUp: Entry = { kind: 'revoke', keyId: ana.id, permissions: ['release'] }
    const regain: Entry = { kind: 'grant', key: ana, permissions: ['release'] }
    const end = async (...entries: Entry[]): Promise<string> =>
      faultOfPromise(verifyLog('package', chained('package', [ana, [init, ...entries]])))
    expect(await end(release('1.0.0'), giveUp)).toBe('ok')
    expect(await end(giveUp, release('1.0.0'))).toBe('not-permitted')
    expect(await end(giveUp, regain)).toBe('not-permitted')
  })

  test('goes on from what was verified before, which stays as it is', async () => {
    const [ana, bo] = people()
    const log = chained(
      'package',
      [
        ana,
        [
          { kind: 'init', key: ana },
          { kind: 'grant', key: bo, permissions: ['release'] },
        ],
      ],
      [bo, [release('1.0.0')]],
      [ana, [{ kind: 'revoke', keyId: bo.id, permissions: ['release'] }, yank('1.0.0')]],
    )
    const before = await verifyLog('package', log.slice(0, 2))
    const seen: VerifiedRecord[] = []
    const after = await verifyLog('package', log.slice(2), { from: before, see: (record) => seen.push(record) })
    expect(seen.map(({ number, keyId }) => [number, keyId])).toEqual([[3, ana.id]])
    expect(heldAfter(before.permissions, 3, bo.id, 'release')).toBe(true)
    expect([before.length, before.permissions.holds(bo.id, 'release'), before.releases.get('1.0.0')?.yanked]).toEqual([
      2,
      true,
      undefined,
    ])
    expect([after.length, after.permissions.holds(bo.id, 'release'), after.initId]).toEqual([3, false, before.initId])
    expect(await faultOfPromise(verifyLog('package', log.slice(2), { from: after }))).toBe('prev-differs')
  })

  test('may come piece by piece', async () => {
    const [ana] = people()
    const log = chained('package', [ana, [{ kind: 'init', key: ana }]], [ana, [release('1.0.0')]])
    async function* pieces(): AsyncGenerator<Envelope> {
      for (const one of log) yield await Promise.resolve(one)
    }
    expect((await verifyLog('package', pieces())).length).toBe(2)
  })
})

describe('an operator log', () => {
  test('says who may commit and which namespaces there are', async () => {
    const [ana, bo] = people()
    const log = chained(
      'operator',
      [
        ana,
        [
          { kind: 'init', key: ana },
          { kind: 'grant', key: bo, permissions: ['define-namespace'] },
        ],
      ],
      [bo, [{ kind: 'define', namespace: 'wasi' }]],
      [ana, [{ kind: 'import', namespace: 'other', registry: 'other.example' }]],
    )
    const state = await verifyLog('operator', log)
    expect([...state.namespaces]).toEqual([
      ['wasi', { record: 2 }],
      ['other', { record: 3, registry: 'other.example' }],
    ])
    expect(state.permissions.holdings.map(({ permission }) => permission)).toEqual([
      'commit',
      'define-namespace',
      'import-namespace',
      'define-namespace',
    ])
  })

  test.each<[string, (ana: Person, bo: Person) => Step[], string]>([
    ['a namespace twice', (ana) => [[ana, [define('wasi'), define('wasi')]]], 'namespace-twice'],
    ['a namespace defined and imported', (ana) => [[ana, [define('wasi'), imported('wasi')]]], 'namespace-twice'],
    [
      'a namespace by who may not define',
      (ana, bo) => [
        [ana, [{ kind: 'grant', key: bo, permissions: ['commit', 'import-namespace'] }]],
        [bo, [imported('a'), define('b')]],
      ],
      'not-permitted',
    ],
    [
      'an import by who may not import',
      (ana, bo) => [
        [ana, [{ kind: 'grant', key: bo, permissions: ['define-namespace'] }]],
        [bo, [imported('a')]],
      ],
      'not-permitted',
    ],
    [
      'a grant without commit of what is held',
      (ana, bo) => [
        [ana, [{ kind: 'grant', key: bo, permissions: ['define-namespace'] }]],
        [bo, [{ kind: 'grant', key: ana, permissions: ['define-namespace'] }]],
      ],
      'not-permitted',
    ],
    [
      'an empty grant without commit',
      (ana, bo) => [
        [ana, [{ kind: 'grant', key: bo, permissions: ['define-namespace'] }]],
        [bo, [{ kind: 'grant', key: ana, permissions: [] }]],
      ],
      'not-permitted',
    ],
  ])('%s', async (_, steps, fault) => {
    const [ana, bo] = people()
    const log = chained('operator', [ana, [{ kind: 'init', key: ana }]], ...steps(ana, bo))
    expect(await faultOfPromise(verifyLog('operator', log))).toBe(fault)
    expect(await faultOfPromise(verifyLog('operator', log.slice(0, -1)))).toBe('ok')
  })
})

const define = (namespace: string): Entry => ({ kind: 'define', namespace })
const imported = (namespace: string): Entry => ({ kind: 'import', namespace, registry: 'other.example' })

describe('rules of a package log', () => {
  // Each after a log that Ana began, in which Bo may release and 1.0.0 is released and 0.9.0 yanked.
  test.each<[string, (ana: Person, bo: Person, eve: Person) => Step[], string]>([
    ['nothing wrong', (_, bo) => [[bo, [release('1.0.1')]]], 'ok'],
    ['the same moment again', (ana) => [[ana, [release('1.0.1')], { time: moment }]], 'ok'],
    ['a nanosecond earlier', (ana) => [[ana, [release('2.0.0')], earlier]], 'time-backwards'],
    ['another record before it', (ana) => [[ana, [release('2.0.0')], { prev: content }]], 'prev-differs'],
    ['begun twice', (ana) => [[ana, [{ kind: 'init', key: ana }]]], 'init-again'],
    ['begun twice in one record', (ana) => [[ana, [release('2.0.0'), { kind: 'init', key: ana }]]], 'init-again'],
    ['released twice', (_, bo) => [[bo, [release('1.0.0')]]], 'released-twice'],
    ['released twice in one record', (_, bo) => [[bo, [release('2.0.0'), release('2.0.0')]]], 'released-twice'],
    ['released again after it was yanked', (_, bo) => [[bo, [release('0.9.0')]]], 'released-twice'],
    ['yanked before it was released', (ana) => [[ana, [yank('2.0.0')]]], 'yank-unreleased'],
    ['yanked twice', (ana) => [[ana, [yank('0.9.0')]]], 'yanked-twice'],
    ['yanked by who may only release', (_, bo) => [[bo, [yank('1.0.0')]]], 'not-permitted'],
    ['released by a stranger', (_, __, stranger) => [[stranger, [release('2.0.0')]]], 'unknown-key'],
    [
      'released by a stranger who lets themselves in',
      (_, __, stranger) => [[stranger, [{ kind: 'grant', key: stranger, permissions: ['release'] }, release('2.0.0')]]],
      'not-permitted',
    ],
    [
      'released by who was let in for nothing',
      (ana, _, stranger) => [
        [ana, [{ kind: 'grant', key: stranger, permissions: [] }]],
        [stranger, [release('2.0.0')]],
      ],
      'not-permitted',
    ],
    [
      'released after it was taken away',
      (ana, bo) => [
        [ana, [{ kind: 'revoke', keyId: bo.id, permissions: ['release'] }]],
        [bo, [release('2.0.0')]],
      ],
      'not-permitted',
    ],
    [
      'given what the giver does not hold',
      (_, bo, stranger) => [[bo, [{ kind: 'grant', key: stranger, permissions: ['release', 'yank'] }]]],
      'not-permitted',
    ],
    [
      'taken what the taker does not hold',
      (ana, bo) => [[bo, [{ kind: 'revoke', keyId: ana.id, permissions: ['yank'] }]]],
      'not-permitted',
    ],
    [
      'taken what is not held',
      (ana, bo) => [[ana, [{ kind: 'revoke', keyId: bo.id, permissions: ['yank'] }]]],
      'revoke-not-held',
    ],
    [
      'taken twice in one list',
      (ana, bo) => [[ana, [{ kind: 'revoke', keyId: bo.id, permissions: ['release', 'release'] }]]],
      'revoke-not-held',
    ],
    [
      'taken from nobody',
      (ana, _, stranger) => [[ana, [{ kind: 'revoke', keyId: stranger.id, permissions: ['release'] }]]],
      'revoke-not-held',
    ],
    [
      'given twice is given once',
      (ana, bo) => [
        [ana, [{ kind: 'grant', key: bo, permissions: ['release', 'release'] }]],
        [ana, [{ kind: 'revoke', keyId: bo.id, permissions: ['release'] }]],
        [bo, [release('2.0.0')]],
      ],
      'not-permitted',
    ],
  ])('%s', async (_, steps, fault) => {
    const log = await afterOne('package', steps(...people()))
    expect(await faultOfPromise(verifyLog('package', log))).toBe(fault)
    expect(await faultOfPromise(verifyLog('package', log.slice(0, -1)))).toBe('ok')
  })

  const earlier = { time: { ...moment, nanos: moment.nanos - 1 } }

  async function afterOne(kind: LogKind, steps: readonly Step[]): Promise<Envelope[]> {
    const [ana, bo] = people()
    return chained(
      kind,
      [
        ana,
        [
          { kind: 'init', key: ana },
          { kind: 'grant', key: bo, permissions: ['release'] },
        ],
      ],
      [bo, [release('1.0.0'), release('0.9.0')]],
      [ana, [yank('0.9.0')]],
      ...steps,
    )
  }

  test.each<[string, (ana: Person, bo: Person) => Step, string]>([
    [
      'a first record that follows another',
      (ana) => [ana, [{ kind: 'init', key: ana }], { prev: content }],
      'prev-on-first',
    ],
    ['a first record without entries', (ana) => [ana, []], 'not-init-first'],
    [
      'a first record that begins with a release',
      (ana) => [ana, [release('1.0.0'), { kind: 'init', key: ana }]],
      'not-init-first',
    ],
    [
      'a first record of one key, signed by another',
      (ana, bo) => [bo, [{ kind: 'init', key: ana }]],
      'init-by-another-key',
    ],
  ])('%s', async (_, step, fault) => {
    const [ana, bo] = people()
    expect(await faultOfPromise(verifyLog('package', chained('package', step(ana, bo))))).toBe(fault)
  })

  test('a record that does not say which one it follows', async () => {
    const [ana] = people()
    const [first] = chained('package', [ana, [{ kind: 'init', key: ana }]])
    const contents = encodeRecord('package', { time: moment, entries: [release('1.0.0')] })
    const log = [first, signedBy(ana, 'package', contents)].flatMap((one) => one ?? [])
    expect(await faultOfPromise(verifyLog('package', log))).toBe('prev-missing')
  })

  test('nothing of the records before stays when one entry is wrong', async () => {
    const [ana] = people()
    const log = chained('package', [ana, [{ kind: 'init', key: ana }]], [ana, [release('1.0.0'), yank('2.0.0')]])
    const before = await verifyLog('package', log.slice(0, 1))
    expect(await faultOfPromise(verifyLog('package', log.slice(1), { from: before }))).toBe('yank-unreleased')
    expect(before.releases.size).toBe(0)
  })

  test('a fault names its record', async () => {
    const log = await afterOne('package', [[people()[0], [release('1.0.0')]]])
    const error = await verifyLog('package', log).catch((thrown: AppError) => thrown)
    const id = recordIdOf('package', log[3]?.contents ?? new Uint8Array())
    expect(error).toMatchObject({ code: 'trust/changed', data: { fault: 'released-twice', record: 4, id } })
  })
})

describe('signatures', () => {
  const three = async (): Promise<Envelope[]> => {
    const [ana] = people()
    return chained('package', [ana, [{ kind: 'init', key: ana }]], [ana, [release('1.0.0')]], [ana, [release('1.0.0')]])
  }

  test('come before everything else that is wrong, in this record and in those before it', async () => {
    const log = await three()
    const broken = (at: number): Envelope[] =>
      log.map((one, i) => (i === at ? { ...one, signature: log[(at + 1) % 3]?.signature ?? '' } : one))
    expect(await faultOfPromise(verifyLog('package', log))).toBe('released-twice')
    for (const at of [0, 1, 2]) {
      const error = await verifyLog('package', broken(at)).catch((thrown: AppError) => thrown)
      expect(error).toMatchObject({ code: 'trust/bad-signature', data: { fault: 'record-signature', record: at + 1 } })
    }
  })

  test('of several that are wrong the first is named, however many are on their way', async () => {
    const [ana] = people()
    const releases = Array.from({ length: 150 }, (_, i): Step => [ana, [release(`1.0.${i}`)]])
    const log = chained('package', [ana, [{ kind: 'init', key: ana }]], ...releases)
    const seen: number[] = []
    const state = await verifyLog('package', log, { see: ({ number }) => seen.push(number) })
    expect([state.length, seen]).toEqual([151, Array.from({ length: 151 }, (_, i) => i + 1)])
    const broken = log.map((one, i) => (i >= 40 && i < 140 ? { ...one, signature: log[0]?.signature ?? '' } : one))
    const error = await verifyLog('package', broken).catch((thrown: AppError) => thrown)
    expect(error).toMatchObject({ data: { fault: 'record-signature', record: 41 } })
  })

  test('may be verified by something else than WebCrypto', async () => {
    const log = (await three()).slice(0, 2)
    const asked: string[] = []
    const verify = ({ scheme }: PublicKey): boolean => asked.push(scheme) < 2
    expect(await faultOfPromise(verifyLog('package', log, { verify }))).toBe('record-signature')
    expect(asked).toEqual(['ecdsa-p256-sha256', 'ecdsa-p256-sha256'])
  })

  test('that are verified at once come first as well, and only then what is wrong with the record', async () => {
    const log = await three()
    const untilRecord = (last: number) => {
      const seen: number[] = []
      const verify = (): boolean => seen.length < last
      return { seen, run: verifyLog('package', log, { verify, see: ({ number }) => seen.push(number) }) }
    }
    for (const last of [0, 1, 2]) {
      const { seen, run } = untilRecord(last)
      const error = await run.catch((thrown: AppError) => thrown)
      expect(error).toMatchObject({ data: { fault: 'record-signature', record: last + 1 } })
      expect(seen).toEqual([1, 2].slice(0, last))
    }
    expect(await faultOfPromise(untilRecord(3).run)).toBe('released-twice')
  })

  test('that are verified at once wait for earlier ones that are not', async () => {
    const log = (await three()).slice(0, 2)
    const seen: number[] = []
    const answers = (first: boolean) => {
      const list: (boolean | Promise<boolean>)[] = [Promise.resolve(first), true]
      return { verify: () => list.shift() ?? false, see: ({ number }: VerifiedRecord) => seen.push(number) }
    }
    await verifyLog('package', log, answers(true))
    expect(seen).toEqual([1, 2])
    const error = await verifyLog('package', log, answers(false)).catch((thrown: AppError) => thrown)
    expect(error).toMatchObject({ data: { fault: 'record-signature', record: 1 } })
    expect(seen).toEqual([1, 2])
  })

  test.each([
    [new AppError({ code: 'format/unsupported', message: 'no such key' }), 'format/unsupported'],
    [new RangeError('out of range'), 'internal/bug'],
  ])('that cannot be verified are an error, at once or later', async (error, code) => {
    const log = (await three()).slice(0, 1)
    const atOnce = (): boolean => {
      throw error
    }
    for (const verify of [atOnce, () => Promise.reject(error)]) {
      expect(await faultOfPromise(verifyLog('package', log, { verify }))).toBe(code)
    }
  })

  test('records are hashed by what the machine has', async () => {
    const log = (await three()).slice(0, 2)
    const sha256 = (): string => '0'.repeat(64)
    expect(await faultOfPromise(verifyLog('package', log.slice(0, 1), { sha256 }))).toBe('ok')
    expect(await faultOfPromise(verifyLog('package', log, { sha256 }))).toBe('prev-differs')
  })

  test('are over the kind of log', async () => {
    const [ana] = people()
    const contents = encodeRecord('package', { time: moment, entries: [{ kind: 'init', key: ana }] })
    const other = signedBy(ana, 'operator', contents)
    expect(await faultOfPromise(verifyLog('package', [other]))).toBe('record-signature')
  })

  test.each([
    ['of another kind', 'rsa:AAAA', 'bad-signature-text'],
    ['that is no DER', 'ecdsa-p256:AAAA', 'record-signature'],
    ['that is empty', '', 'bad-signature-text'],
  ])('%s', async (_, signature, fault) => {
    const log = (await three()).slice(0, 2).map((one, i) => (i === 1 ? { ...one, signature } : one))
    expect(await faultOfPromise(verifyLog('package', log))).toBe(fault)
  })

  test('no byte of a record can be changed', async () => {
    const [first] = await three()
    if (first === undefined) throw new Error('no record')
    for (let at = 0; at < first.contents.length; at++) {
      const contents = first.contents.slice()
      contents[at] = (contents[at] ?? 0) ^ 1
      expect(await faultOfPromise(verifyLog('package', [{ ...first, contents }]))).not.toBe('ok')
    }
  })
})

describe('records that change nothing', () => {
  const codes = async (...steps: Step[]): Promise<(string | number)[]> => {
    const [ana] = people()
    const state = await verifyLog('package', chained('package', [ana, [{ kind: 'init', key: ana }]], ...steps))
    return state.findings.map(({ code, risk }) => `${code} ${risk}`)
  }

  test('are told, and are an alarm where a key signed them that may do nothing', async () => {
    const [ana, bo, stranger] = people()
    const letIn: Step = [ana, [{ kind: 'grant', key: bo, permissions: ['yank'] }]]
    const out: Step = [ana, [{ kind: 'revoke', keyId: bo.id, permissions: ['yank'] }]]
    const nothing: Entry = { kind: 'grant', key: stranger, permissions: [] }
    expect(await codes([ana, []])).toEqual(['no-op notable'])
    expect(await codes(letIn, [bo, []])).toEqual(['no-op notable'])
    expect(await codes(letIn, out, [bo, []])).toEqual(['no-op-by-stranger dangerous'])
    expect(await codes(letIn, out, [bo, [nothing]])).toEqual(['no-op-by-stranger dangerous'])
    expect(await codes(letIn, letIn, out, [bo, []])).toEqual(['no-op-by-stranger dangerous'])
    expect(await codes([stranger, [nothing]])).toEqual(['no-op-by-stranger dangerous'])
  })

  test('records that are not in their one form are told', async () => {
    const [ana] = people()
    const [first] = chained('package', [ana, [{ kind: 'init', key: ana }]])
    const contents = concatBytes(first?.contents ?? new Uint8Array(), Uint8Array.of(16, 0))
    const state = await verifyLog('package', [signedBy(ana, 'package', contents)])
    expect(state.findings.map(({ code }) => code)).toEqual(['not-canonical'])
  })
})

test('what any stranger can have a log say for ever is told so often, and then counted', async () => {
  const [ana] = people()
  const state = (await verifyLog('package', chained('package', [ana, [{ kind: 'init', key: ana }]]))).copy()
  for (let at = 0; at < 130_000; at++) {
    const record = { time: moment, entries: [], id: `sha256:${at}`, contents: new Uint8Array(), isCanonical: true }
    state.add({ ...record, prev: state.head?.id ?? '' }, ana.id)
  }
  const { findings } = state.copy()
  expect(findings).toHaveLength(51)
  expect(findings.at(-1)).toMatchObject({ code: 'no-op', risk: 'notable' })
  expect(findings.at(-1)?.sentence).toContain(thousands(129_950))
})

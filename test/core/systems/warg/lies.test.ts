// Every lie of a registry that lies in a folder, by its name.
import { describe, expect, test } from 'vitest'
import { toBase64, utf8 } from '../../../../src/core/bytes.ts'
import { pageBytes } from '../../../../src/core/systems/warg/encoding/wire.ts'
import { checkpointName, inclusionName, operatorSubject, pageName } from '../../../../src/core/systems/warg/files.ts'
import { wargSystem } from '../../../../src/core/systems/warg/system.ts'
import type { memoryTransport } from '../../../../src/core/transport.ts'
import { faultOfPromise } from '../../../support/thrown.ts'
import { encodeLogProof, encodeMapProofs } from '../../../support/warg/encoders.ts'
import {
  checkpointBytes,
  contextOf,
  folderOf,
  historyOf,
  inclusionFile,
  seconds,
} from '../../../support/warg/folder.ts'
import type { History } from '../../../support/warg/history.ts'
import { ana, bo, eve, http, op, release, scene } from './stage.ts'

describe('a registry that lies', () => {
  type Lie = (made: History, source: ReturnType<typeof memoryTransport>) => Promise<void> | void
  const lies: readonly [string, string, Lie][] = [
    [
      'proof-count',
      'gives no proofs',
      (made, source) => {
        const [name, empty] = [
          inclusionName(made.length, 2),
          { logLength: made.length, consistentLengths: [], includedIndices: [], hashes: new Map() },
        ]
        source.files.set(
          name,
          utf8(JSON.stringify({ log: toBase64(encodeLogProof(empty)), map: toBase64(encodeMapProofs([])) })),
        )
      },
    ],
    ['proof-missing', 'leaves a proof out', (made, source) => void source.files.delete(inclusionName(made.length, 2))],
    [
      'record-signature',
      'swaps a record',
      async (made, source) => {
        const [first, second] = made.recordsOf(http)
        if (first === undefined || second === undefined) throw new Error('no records')
        source.files.set(pageName(http, 1), pageBytes([first, { ...second, signature: first.signature }]))
      },
    ],
    [
      'prev-differs',
      'leaves a record out',
      async (made, source) => {
        await made.publish(http, bo, [release('1.1.0')])
        const [first, , third] = made.recordsOf(http)
        if (first === undefined || third === undefined) throw new Error('no records')
        source.files.set(checkpointName, checkpointBytes(made))
        source.files.set(pageName(http, 1), pageBytes([first, third]))
        for (const index of [0, 3]) source.files.set(...inclusionFile(made, index))
      },
    ],
    [
      'place-backwards',
      'says that a record was there before',
      (made, source) => {
        const [first, second] = made.recordsOf(http)
        if (first === undefined || second === undefined) throw new Error('no records')
        source.files.set(pageName(http, 1), pageBytes([first, { ...second, registryIndex: 0 }]))
      },
    ],
    [
      'record-beyond-checkpoint',
      'shows what its checkpoint does not cover',
      (made, source) => {
        const [first, second] = made.recordsOf(http)
        if (first === undefined || second === undefined) throw new Error('no records')
        source.files.set(pageName(http, 1), pageBytes([first, { ...second, registryIndex: 3 }]))
      },
    ],
    ['page-gap', 'answers an empty page', (_made, source) => void source.files.set(pageName(http, 1), pageBytes([]))],
    [
      'proof-wrong-root',
      'hides the newest record',
      (made, source) => {
        const [first] = made.recordsOf(http)
        if (first === undefined) throw new Error('no records')
        source.files.set(pageName(http, 1), pageBytes([first]))
        source.files.set(...inclusionFile(made, 1))
      },
    ],
    [
      'checkpoint-key-without-commit',
      'has a checkpoint of a key without commit',
      async (made, source) => {
        await made.publish(operatorSubject, op, [{ kind: 'grant', key: eve, permissions: ['define-namespace'] }])
        source.files.set(pageName(operatorSubject, 1), pageBytes(made.recordsOf(operatorSubject)))
        source.files.set(checkpointName, checkpointBytes(made, { by: eve }))
      },
    ],
    [
      'checkpoint-stale',
      'shows an old checkpoint',
      (made, source) => {
        source.files.set(checkpointName, checkpointBytes(made, { timestamp: seconds - 8 * 24 * 3600 }))
      },
    ],
    [
      'operator-not-pinned',
      'has another operator',
      async (_made, source) => {
        const other = await historyOf(eve)
        for (const [name, bytes] of folderOf(other).files) source.files.set(name, bytes)
      },
    ],
    ['no-operator-log', 'has no operator', (_made, source) => void source.files.delete(pageName(operatorSubject, 1))],
    ['no-checkpoint', 'has no checkpoint', (_made, source) => void source.files.delete(checkpointName)],
  ]
  test.each(lies)('%s: it %s', async (name, _what, lie) => {
    const made = await scene()
    const { anchor } = made
    const source = folderOf(made)
    await wargSystem().state(source, contextOf(made))
    await lie(made, source)
    expect(await faultOfPromise(wargSystem().state(source, contextOf(made, { anchor })))).toBe(name)
  })

  const forgetful: readonly [string, string, (made: History) => Promise<History>][] = [
    ['checkpoint-rolled-back', 'has fewer records than before', (made) => made.fork(1)],
    ['checkpoint-forked', 'has another log of the same length', (made) => forked(made, 1)],
    ['proof-wrong-old-root', 'has another log that is longer', (made) => forked(made, 2)],
  ]
  test.each(forgetful)('%s: it %s', async (name, _what, other) => {
    const made = await scene()
    const before = made.length
    const { memory } = await wargSystem().state(folderOf(made), contextOf(made))
    const lying = await other(made)
    const from = lying.length > before ? [before] : []
    // The first record of the operator is the pinned one, also in the other log.
    const context = contextOf(made, { memory })
    expect(await faultOfPromise(wargSystem().state(folderOf(lying, ...from), context))).toBe(name)
  })

  async function forked(made: History, more: number): Promise<History> {
    const other = await made.fork(1)
    await other.publish(http, ana, [{ kind: 'init', key: ana }])
    for (let at = 0; at < more; at++) await other.publish(http, ana, [release(`9.${at}.0`)])
    return other
  }

  test('a log that went away, and one that begins anew, is told by what was seen here', async () => {
    const made = await scene()
    const { memory } = await wargSystem().state(folderOf(made), contextOf(made))
    const context = contextOf(made, { memory })
    const source = folderOf(made)
    source.files.delete(pageName(http, 1))
    expect(await faultOfPromise(wargSystem().state(source, context))).toBe('log-gone')
    // The map of a registry may be made to hold an older record: its log and its checkpoint are as they were.
    const [first] = made.recordsOf(http)
    if (first === undefined) throw new Error('no records')
    const older = folderOf(made)
    older.files.set(checkpointName, checkpointBytes(made, { behind: http }))
    older.files.set(pageName(http, 1), pageBytes([first]))
    for (const index of [0, 1]) older.files.set(...inclusionFile(made, index, http))
    await wargSystem().state(older, contextOf(made))
    const heads = new Map([...memory].filter(([name]) => name.startsWith('heads/')))
    expect(await faultOfPromise(wargSystem().state(older, contextOf(made, { memory: heads })))).toBe('log-rolled-back')
  })
})

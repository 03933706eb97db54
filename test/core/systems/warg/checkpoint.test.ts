// Checkpoints: who signed them, whether they may follow what was trusted, and how old they are; every lie by its name.
import { beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { type CheckpointContents, signedCheckpoint } from '../../../../src/core/systems/warg/encoding/ids.ts'
import { signatureText } from '../../../../src/core/systems/warg/encoding/key.ts'
import { verifyLog } from '../../../../src/core/systems/warg/log/log.ts'
import {
  type Checkpoint,
  type CheckpointQuestion,
  parseCheckpoint,
  verifyCheckpoint,
} from '../../../../src/core/systems/warg/proofs/checkpoint.ts'
import { codeOfPromise, faultOfCall, faultOfPromise } from '../../../support/thrown.ts'
import { type Person, person } from '../../../support/warg/keys.ts'
import { chained } from '../../../support/warg/records.ts'

const root = (digit: string): string => `sha256:${digit.repeat(64)}`
const now = new Date('2026-11-30T12:00:00Z')
const seconds = now.getTime() / 1000
const trusted: CheckpointContents = { logLength: 10, logRoot: root('a'), mapRoot: root('b'), timestamp: seconds - 100 }
const next: CheckpointContents = { logLength: 12, logRoot: root('c'), mapRoot: root('d'), timestamp: seconds - 50 }

interface Scene {
  ana: Person
  bo: Person
  cy: Person
  stranger: Person
  question: CheckpointQuestion
}
let made: Scene | undefined
const scene = (): Scene => {
  if (made === undefined) throw new Error('nothing is made')
  return made
}

/** Ana holds everything; Bo held commit and lost it; Cy may only define namespaces. */
beforeAll(async () => {
  const [ana, bo, cy, stranger] = [person('ana'), person('bo'), person('cy'), person('stranger')]
  const log = chained(
    'operator',
    [
      ana,
      [
        { kind: 'init', key: ana },
        { kind: 'grant', key: bo, permissions: ['commit'] },
        { kind: 'grant', key: cy, permissions: ['define-namespace'] },
      ],
    ],
    [ana, [{ kind: 'revoke', keyId: bo.id, permissions: ['commit'] }]],
  )
  const operator = await verifyLog('operator', log)
  const pinned = operator.initId ?? ''
  made = { ana, bo, cy, stranger, question: { operator, pinned, trusted, now, maxAgeSeconds: 3600 } }
})

async function signed(who: Person, contents: CheckpointContents): Promise<Checkpoint> {
  const der = who.sign(signedCheckpoint(contents))
  return { ...contents, keyId: who.id, signature: signatureText(der) }
}

describe('a checkpoint', () => {
  test('may follow, and says from where its log must be shown to go on', async () => {
    const { ana, question } = scene()
    expect(await verifyCheckpoint(await signed(ana, next), question)).toEqual(trusted)
    const { trusted: _, ...first } = question
    expect(await verifyCheckpoint(await signed(ana, next), first)).toBeUndefined()
    expect(await verifyCheckpoint(await signed(ana, { ...trusted, timestamp: seconds }), question)).toBeUndefined()
    expect(await verifyCheckpoint(await signed(ana, trusted), question)).toBeUndefined()
    const empty = { ...question, trusted: { ...trusted, logLength: 0 } }
    expect(await verifyCheckpoint(await signed(ana, next), empty)).toBeUndefined()
  })

  test.each<[string, Partial<CheckpointContents>, string, string]>([
    ['fewer records', { logLength: 9 }, 'checkpoint-rolled-back', 'trust/rollback'],
    ['another log of the same length', { ...trusted, logRoot: root('e') }, 'checkpoint-forked', 'trust/changed'],
    ['another map of the same length', { ...trusted, mapRoot: root('e') }, 'checkpoint-forked', 'trust/changed'],
    ['a second earlier', { timestamp: seconds - 101 }, 'checkpoint-older', 'trust/rollback'],
    ['the future', { timestamp: seconds + 601 }, 'checkpoint-from-the-future', 'trust/changed'],
    ['a clock a little ahead', { timestamp: seconds + 600 }, 'ok', 'ok'],
  ])('of %s, with a valid signature', async (_, change, fault, code) => {
    const { ana, question } = scene()
    const checkpoint = await signed(ana, { ...next, ...change })
    expect(await faultOfPromise(verifyCheckpoint(checkpoint, question))).toBe(fault)
    expect(await codeOfPromise(verifyCheckpoint(checkpoint, question))).toBe(code)
  })

  test('that is held back grows stale, also where nothing was trusted before', async () => {
    const { ana, question } = scene()
    const checkpoint = await signed(ana, next)
    const later = (ms: number): CheckpointQuestion => ({ ...question, now: new Date(now.getTime() + ms) })
    expect(await faultOfPromise(verifyCheckpoint(checkpoint, later(3_550_000)))).toBe('ok')
    expect(await faultOfPromise(verifyCheckpoint(checkpoint, later(3_551_000)))).toBe('checkpoint-stale')
    const { trusted: _, ...first } = later(3_551_000)
    expect(await faultOfPromise(verifyCheckpoint(checkpoint, first))).toBe('checkpoint-stale')
  })

  test.each<[string, (scene: Scene) => Person, string]>([
    ['who lost commit', ({ bo }) => bo, 'checkpoint-key-without-commit'],
    ['who never held it', ({ cy }) => cy, 'checkpoint-key-without-commit'],
    ['whom the operator never named', ({ stranger }) => stranger, 'checkpoint-key-unknown'],
  ])('by one %s is refused', async (_, who, fault) => {
    const checkpoint = await signed(who(scene()), next)
    expect(await faultOfPromise(verifyCheckpoint(checkpoint, scene().question))).toBe(fault)
  })

  test('is signed as a whole', async () => {
    const { ana, bo, question } = scene()
    const checkpoint = await signed(ana, next)
    for (const change of [
      { logLength: 13 },
      { logRoot: root('e') },
      { mapRoot: root('e') },
      { timestamp: seconds - 51 },
      { signature: (await signed(bo, next)).signature },
    ]) {
      const found = await faultOfPromise(verifyCheckpoint({ ...checkpoint, ...change }, question))
      expect(found).toBe('checkpoint-signature')
    }
    const other = { ...checkpoint, signature: 'rsa:AAAA' }
    expect(await faultOfPromise(verifyCheckpoint(other, question))).toBe('bad-signature-text')
  })

  test('of another operator than the pinned one is refused before anything else', async () => {
    const { ana, question } = scene()
    const checkpoint = { ...(await signed(ana, next)), signature: '' }
    const other = { ...question, pinned: root('e') }
    expect(await faultOfPromise(verifyCheckpoint(checkpoint, other))).toBe('operator-not-pinned')
  })
})

describe('as it is sent', () => {
  const { timestamp, ...roots } = next
  const text = (change: object = {}, contents: object = {}): Uint8Array =>
    utf8(
      JSON.stringify({
        contents: { ...roots, timestamp, ...contents },
        keyId: root('1'),
        signature: 'ecdsa-p256:AAAA',
        ...change,
      }),
    )

  test('is read', () => {
    expect(parseCheckpoint(text())).toEqual({ ...next, keyId: root('1'), signature: 'ecdsa-p256:AAAA' })
  })

  test.each<[string, Uint8Array, string]>([
    ['a list', utf8('[]'), 'bad-answer'],
    ['a field that nobody knows', text({ more: 1 }), 'bad-answer'],
    ['a field that nobody knows in what is signed', text({}, { more: 1 }), 'bad-answer'],
    ['no key', text({ keyId: undefined }), 'bad-answer'],
    ['a length that is text', text({}, { logLength: '12' }), 'bad-answer'],
    ['a length of more than 32 bits', text({}, { logLength: 2 ** 32 }), 'bad-answer'],
    ['a length below zero', text({}, { logLength: -1 }), 'bad-answer'],
    ['a time with a fraction', text({}, { timestamp: 1.5 }), 'format/malformed'],
    ['a time that no date has', text({}, { timestamp: 2 ** 50 }), 'bad-answer'],
    ['a root that is none', text({}, { logRoot: 'sha256:00' }), 'bad-hash'],
    ['a map root that is none', text({}, { mapRoot: 'SHA256:00' }), 'bad-hash'],
    ['a key id that is none', text({ keyId: 'me' }), 'bad-key-id'],
    ['a name twice', utf8('{"contents":{},"contents":{}}'), 'format/malformed'],
  ])('with %s is refused', (_, bytes, fault) => {
    expect(faultOfCall(() => parseCheckpoint(bytes))).toBe(fault)
  })
})

// Whether a record is in its one form is decided while it is read. It must be what writing it anew would say, for every record
// that is read at all: written with all freedom that readers leave, and with bytes turned.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes, isEqualBytes, toBase64, utf8 } from '../../../../src/core/bytes.ts'
import { decompressPoint } from '../../../../src/core/compressed-point.ts'
import { AppError } from '../../../../src/core/error.ts'
import type { LogKind } from '../../../../src/core/systems/warg/encoding/ids.ts'
import { protoBytes, protoText, varint } from '../../../../src/core/systems/warg/encoding/protobuf.ts'
import { encodeRecord, type LogRecord, parseRecord } from '../../../../src/core/systems/warg/log/record.ts'
import { aliceKey, bobKey } from '../../../support/warg/keys.ts'
import { content } from '../../../support/warg/records.ts'

type Bytes = Uint8Array
const kinds: readonly LogKind[] = ['package', 'operator']

/** Fields mostly in order. */
const message = (...fields: fc.Arbitrary<Bytes[]>[]): fc.Arbitrary<Bytes> =>
  fc.tuple(...fields).chain((lists) => {
    const parts = lists.flat()
    const shuffled = fc.shuffledSubarray(parts, { minLength: parts.length })
    return rarely(fc.constant(parts), shuffled).map((list) => concatBytes(...list))
  })

function rarely<T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: other })
}

const number = (field: number, value: number): Bytes => concatBytes(Uint8Array.of(field * 8), varint(value))
const packed = (field: number, values: readonly number[]): Bytes =>
  protoBytes(field, concatBytes(...values.map(varint)))
const written = (field: number, text: string): fc.Arbitrary<Bytes[]> =>
  fc.constant(text === '' ? [] : [protoText(field, text)])

/** Not written where it is zero, mostly. */
const numberField = (field: number, values: fc.Arbitrary<number>): fc.Arbitrary<Bytes[]> =>
  values.chain((value) =>
    value === 0
      ? rarely(fc.constant<Bytes[]>([]), fc.constant([number(field, 0)]))
      : fc.constant([number(field, value)]),
  )

const listField = (most: number): fc.Arbitrary<Bytes[]> =>
  fc.array(fc.integer({ min: 1, max: most }), { maxLength: 4 }).chain((values) =>
    rarely(
      fc.constant(values.length === 0 ? [] : [packed(2, values)]),
      fc.constantFrom(
        values.map((value) => number(2, value)),
        [packed(2, values)],
        [packed(2, values.slice(0, 1)), packed(2, values.slice(1))],
        [packed(2, values), number(2, 1)],
      ),
    ),
  )

const uncompressed = `ecdsa-p256:${toBase64(decompressPoint('p256', bytesOf(bobKey.text)))}`
const keyText = rarely(fc.constantFrom(aliceKey.text, bobKey.text), fc.constant(uncompressed))

function bytesOf(text: string): Bytes {
  return Uint8Array.from(atob(text.slice('ecdsa-p256:'.length)), (char) => char.charCodeAt(0))
}

const entryField = (field: number, ...fields: fc.Arbitrary<Bytes[]>[]): fc.Arbitrary<Bytes> =>
  message(...fields).map((bytes) => protoBytes(4, protoBytes(field, bytes)))

const init = (kind: LogKind): fc.Arbitrary<Bytes> =>
  keyText.chain((key) => {
    const texts = kind === 'package' ? [key, 'sha256'] : ['sha256', key]
    return entryField(1, ...texts.map((text, at) => written(at + 1, text)))
  })
const grant = keyText.chain((key) => entryField(2, written(1, key), listField(2)))
const revoke = entryField(3, written(1, bobKey.id), listField(2))
const release = entryField(4, written(1, '1.0.0'), written(2, content))
const yank = entryField(5, written(1, '1.0.0'))
const define = entryField(4, written(1, 'wasi'))
const registry = fc.oneof(
  written(2, 'registry.example'),
  written(2, ''),
  rarely(written(2, 'é'), fc.constant<Bytes[]>([protoBytes(2, utf8(''))])),
)
const taken = entryField(5, written(1, 'wasi'), registry)

const time = message(numberField(1, fc.integer({ min: -9, max: 9 })), numberField(2, fc.integer({ min: 0, max: 3 })))

const records: Record<LogKind, fc.Arbitrary<Bytes>> = {
  package: recordOf(init('package'), grant, revoke, release, yank),
  operator: recordOf(init('operator'), grant, revoke, define, taken),
}

function recordOf(...entries: fc.Arbitrary<Bytes>[]): fc.Arbitrary<Bytes> {
  return message(
    fc.constantFrom([], [protoText(1, content)]),
    numberField(2, fc.constant(0)),
    time.map((bytes) => [protoBytes(3, bytes)]),
    fc.array(fc.oneof(...entries), { maxLength: 3 }),
  )
}

/** Undefined where it is refused, which is for other tests. */
function read(kind: LogKind, contents: Bytes): LogRecord | undefined {
  try {
    return parseRecord(kind, contents, 'it')
  } catch (error) {
    if (error instanceof AppError && error.code !== 'internal/bug') return undefined
    throw error
  }
}

const seen = { true: 0, false: 0 }

function checkVerdict(kind: LogKind, contents: Bytes): void {
  const record = read(kind, contents)
  if (record === undefined) return
  const { isCanonical } = record
  expect(isCanonical).toBe(isEqualBytes(encodeRecord(kind, record), contents))
  seen[`${isCanonical}`]++
}

test.each(kinds)('a %s record is in its one form exactly if writing it anew gives the same bytes', (kind) => {
  Object.assign(seen, { true: 0, false: 0 })
  fc.assert(
    fc.property(records[kind], (contents) => checkVerdict(kind, contents)),
    { numRuns: 2000 },
  )
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(300)
})

test.each(kinds)('the same of a %s record with bytes that were turned, left out or put in', (kind) => {
  Object.assign(seen, { true: 0, false: 0 })
  const splice = fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.uint8Array({ maxLength: 2 }))
  fc.assert(
    fc.property(records[kind], splice, (contents, [where, without, put]) => {
      const at = where % (contents.length + 1)
      checkVerdict(kind, concatBytes(contents.subarray(0, at), put, contents.subarray(at + without)))
    }),
    { numRuns: 2000 },
  )
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(20)
})

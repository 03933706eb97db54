// Which of several files is the record, whatever their names and their order; and what more files do to it.
import { beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { isRecordFile, recordAmong, together } from '../../../src/core/ceremony/among.ts'
import type { Artifact } from '../../../src/core/ceremony/evidence.ts'
import { fingerprintOf, recordBytes, redacted } from '../../../src/core/ceremony/record.ts'
import { castOf, goodRun, recordOf } from '../../support/ceremony.ts'

let first: Artifact
let next: Artifact
let copy: Artifact
let stranger: Artifact
let script: Artifact

beforeAll(async () => {
  const cast = await castOf()
  const record = await recordOf(cast, goodRun(cast))
  first = { name: 'a', bytes: recordBytes(record) }
  copy = { name: 'copy', bytes: recordBytes(redacted(record, 'public')) }
  const after = await castOf({ previous: fingerprintOf(record) ?? '' })
  next = { name: 'b', bytes: recordBytes(await recordOf(after, goodRun(after), 'aa', false, after.script.previous)) }
  stranger = { name: 'c', bytes: recordBytes(await recordOf(cast, goodRun(cast), 'bb')) }
  script = { name: 's', bytes: cast.bytes }
})

test('a record is known by its header, also one that is newer or cut off; nothing else is one', () => {
  expect([first, copy].map(({ bytes }) => isRecordFile(bytes))).toEqual([true, true])
  expect(isRecordFile(utf8('{"format":"countersign record 2",'))).toBe(true)
  expect([script.bytes, utf8('{"format":"countersign '), new Uint8Array()].map(isRecordFile)).toEqual([
    false,
    false,
    false,
  ])
})

test('the later of two is looked at, and the earlier is the one before it', async () => {
  expect(await recordAmong([script])).toBeUndefined()
  expect(await recordAmong([script, first])).toEqual({ record: first, others: [script] })
  for (const files of [
    [first, script, next],
    [next, script, first],
  ])
    expect(await recordAmong(files)).toEqual({ record: next, previous: first, others: [script] })
})

test('one that does not hold is looked at before all others, so that this is said', async () => {
  const broken = { name: 'x', bytes: next.bytes.slice(0, -1) }
  expect((await recordAmong([first, broken]))?.record).toBe(broken)
})

test('what comes later joins what is there, each once; another record takes the place of the one that was there', async () => {
  expect(await together([first], [script, { ...first, name: 'again' }])).toEqual([first, script])
  expect(await together([first, script], [next])).toEqual([first, script, next])
  expect(await together([next], [first])).toEqual([next, first])
  expect(await together([first, script], [copy])).toEqual([script, copy])
  expect(await together([first, script], [stranger])).toEqual([script, stranger])
})

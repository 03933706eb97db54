// What somebody handed over is known by its content; and which roots a request was judged from.
import { beforeAll, expect, test } from 'vitest'
import { concatBytes, utf8 } from '../../../src/core/bytes.ts'
import { carriedForms } from '../../../src/core/systems/carried-forms.ts'
import { carriedLayout } from '../../../src/core/systems/tuf/layouts/carried.ts'
import { chainOf, rootWith } from '../../../src/core/transfer/compared-root.ts'
import { pack } from '../../../src/core/transfer/deflate.ts'
import { frameSource } from '../../../src/core/transfer/frames.ts'
import { lookAtRequest } from '../../../src/core/transfer/look.ts'
import { received } from '../../../src/core/transfer/received.ts'
import { requestBytes } from '../../../src/core/transfer/request.ts'
import { type CarriedChange, carriedChange, dangerousChange } from '../../support/carried-request.ts'
import { openOffice } from '../../support/office.ts'
import { never, now } from '../../support/repository.ts'
import { codeOfPromise } from '../../support/thrown.ts'

let change: CarriedChange
beforeAll(async () => {
  change = await dangerousChange()
})

const framesOf = (packed: Uint8Array, size: number): string[] => {
  const source = frameSource(packed, size)
  return Array.from({ length: source.blocks }, (_, at) => source.frame(at + 1))
}

test('as it is, packed, or as the text of one frame or of several: the same bytes', async () => {
  const packed = await pack(change.bytes)
  const forms = [
    change.bytes,
    packed,
    utf8(framesOf(packed, 300).join('\n')),
    utf8(` ${framesOf(packed, 300).reverse().join('\r\n').toLowerCase()}\n`),
  ]
  for (const form of forms) expect(await received(form, 'it')).toEqual({ kind: 'request', bytes: change.bytes })
})

test('anything else is refused', async () => {
  const packed = await pack(change.bytes)
  const lines = framesOf(packed, 300)
  const other = framesOf(await pack(utf8('another message, long enough to be cut')), 10)
  const refusals: [Uint8Array, string][] = [
    [new Uint8Array(), 'format/unsupported'],
    [utf8('{"format":"something 1"}'), 'format/unsupported'],
    [await pack(utf8('neither')), 'format/unsupported'],
    [change.bytes.slice(0, -1), 'format/unsupported'],
    [packed.slice(0, -1), 'format/malformed'],
    [concatBytes(packed, Uint8Array.of(0)), 'format/malformed'],
    [utf8(lines.slice(1).join('\n')), 'format/malformed'],
    [utf8([...lines.slice(1), other[0]].join('\n')), 'format/malformed'],
    [utf8(lines.join('\n').replace(/.$/, 'Q')), 'format/malformed'],
    [utf8(`${lines[0]}\nhello`), 'format/malformed'],
  ]
  for (const [bytes, code] of refusals) expect(await codeOfPromise(received(bytes, 'it'))).toBe(code)
})

const look = (bytes: Uint8Array) => lookAtRequest(bytes, 'it', carriedForms, { now, signal: never })

test('the chain holds each root from the first to the one in force, and neither the candidate nor what else was put in', async () => {
  const office = await openOffice()
  await office.change('root', ['Ana', 'Ben'], { kind: 'field', path: ['x-note'], value: 'second' })
  await office.propose('root', { kind: 'field', path: ['x-note'], value: 'third' })
  const { request, bytes, proposal } = await carriedChange(office, 'root')
  const chain = await chainOf(await look(bytes))
  expect(chain.map(({ version }) => version)).toEqual([1, 2])
  const [first, second] = chain
  for (const root of chain) {
    expect(rootWith(root.digest, chain)).toBe(root)
    expect(rootWith(root.fileDigest, chain)).toBe(root)
  }
  expect(first?.digest).not.toBe(second?.digest)
  expect(rootWith(proposal.digest, chain)).toBeUndefined()
  const candidate = request.files.get(carriedLayout.candidateName('root')) ?? new Uint8Array()
  const planted = { ...request, files: new Map([...request.files, ['metadata/3.root.json', candidate]]) }
  const { anchor, form } = await look(bytes)
  expect((await chainOf({ request: planted, anchor, form })).map(({ version }) => version)).toEqual([1, 2])
  expect(await codeOfPromise(look(requestBytes(planted, carriedForms)))).toBe('trust/threshold')
})

// The example of docs/formats/qr.md is what we write and read.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseHex, toHex, utf8 } from '../../../src/core/bytes.ts'
import { cborBytes } from '../../../src/core/transfer/cbor.ts'
import { unpack } from '../../../src/core/transfer/deflate.ts'
import { blockChooser } from '../../../src/core/transfer/fountain.ts'
import { frameSink } from '../../../src/core/transfer/frame-sink.ts'
import { frameSource, qrCapacities, versionOfDensity } from '../../../src/core/transfer/frames.ts'

const document = readFileSync(new URL('../../../docs/formats/qr.md', import.meta.url), 'utf8')

function block(name: string): string[] {
  const found = new RegExp(`^\`\`\`${name}\n([^\`]*)\n\`\`\`$`, 'm').exec(document)
  return (found?.[1] ?? '').split('\n')
}

const [content] = /(?<=of the text `)[^`]*/.exec(document) ?? ['']
const packed = parseHex(block('packed')[0] ?? '', 'the example')

test('each step of the example', async () => {
  expect(await unpack(packed, 100)).toEqual(utf8(content))
  expect(toHex(cborBytes(packed))).toBe(block('message')[0])
  expect(frameSource(packed, 100).frame(1)).toBe(block('whole')[0])
  const source = frameSource(packed, 10)
  expect(source.message).toEqual({ checksum: '81022094', bytes: 39 })
  const parts = block('parts')
  expect(parts.length).toBe(2 * source.blocks)
  expect(parts.map((_, index) => source.frame(index + 1))).toEqual(parts)
  const chosen = blockChooser(source.blocks, Number.parseInt(source.message.checksum, 16))
  expect([9, 12, 14, 15].map((number) => chosen(number).toSorted())).toEqual([
    [2, 3],
    [0, 1, 2, 3],
    [2, 3],
    [0, 3],
  ])
})

test('its second half is enough', () => {
  const sink = frameSink()
  for (const text of block('parts').slice(3)) sink.take(text)
  expect(sink.progress().bytes).toEqual(packed)
})

test('the table of what fits, and the densities', () => {
  const rows = document.split('\n').filter((line) => /^\| (version|characters) \|/.test(line))
  const [versions = [], characters = []] = rows.map((row) => row.split('|').slice(2, -1).map(Number))
  expect(versions.length).toBe(8)
  expect(versions.map((version) => qrCapacities[version - 1])).toEqual(characters)
  const { coarse, normal, dense } = versionOfDensity
  expect(document).toContain(`*coarse* (${coarse}), *normal* (${normal}) and *dense* (${dense})`)
})

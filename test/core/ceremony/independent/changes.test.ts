// A record that somebody changed at random: our checker and the second one say the same.
import fc from 'fast-check'
import { beforeAll, test } from 'vitest'
import { parseUtf8, utf8 } from '../../../../src/core/bytes.ts'
import { recordBytes } from '../../../../src/core/ceremony/record.ts'
import { type Cast, castOf, goodRun, recordOf } from '../../../support/ceremony.ts'
import { compare } from '../../../support/second-checker.ts'

let cast: Cast
let bytes: Uint8Array

beforeAll(async () => {
  cast = await castOf()
  bytes = recordBytes(await recordOf(cast, goodRun(cast)))
})

/** Whatever is changed anywhere: a bit, a line, a number, the end. */
test('random changes', async () => {
  const lines = parseUtf8(bytes, 'it').split('\n').slice(0, -1)
  const place = fc.nat(lines.length - 1)
  const bit = fc.nat(bytes.length * 8 - 1).map((which): [string, Uint8Array] => {
    const changed = bytes.slice()
    changed[which >> 3] = (changed[which >> 3] ?? 0) ^ (1 << (which & 7))
    return [`bit ${which}`, changed]
  })
  const moved = fc
    .tuple(fc.constantFrom('out', 'twice', 'move', 'cut'), place, place)
    .map(([how, from, to]): [string, Uint8Array] => {
      const some = [...lines]
      const [line = ''] = how === 'out' || how === 'move' ? some.splice(from, 1) : [some[from]]
      if (how === 'twice' || how === 'move') some.splice(to, 0, line)
      if (how === 'cut') some.length = from
      return [`${how} ${from} ${to}`, utf8(some.map((one) => `${one}\n`).join(''))]
    })
  await compare(
    fc.sample(fc.oneof(bit, moved), 80).map(([name, changed]) => ({ name, record: changed, script: cast.bytes })),
  )
})

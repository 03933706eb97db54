// Names that people take for each other, and names that they do not.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lookAlike, skeletonOf } from '../../src/core/look-alike.ts'

test.each([
  ['loom', 'Loom'],
  ['loom', 'l0om'],
  ['loom', 'Ioom'],
  ['loom', '1oom'],
  ['loom', 'lоom'],
  ['loom', 'lοοm'],
  ['loom', 'ＬＯＯＭ'],
  ['loom', 'lo\u200bom'],
  ['loom', 'lo\u00adom'],
  ['my-tool', 'my_tool'],
  ['my-tool', 'my.tool'],
  ['my-tool', 'my--tool'],
  ['my-tool', 'my‐tool'],
  ['my-tool', 'mytool'],
  ['loom', 'lo-om'],
  ['loom', 'loom-'],
  ['loom', 'loom\u02bc'],
  ['loom', 'loom’'],
  ['loom', 'l\u1d0f\u1d0fm'],
  ['loom', '\u029foom'],
  ['loom', 'l\uff10\uff10m'],
  ['loom', 'l\u0ae6\u0ae6m'],
  ['loom', 'l\u0966\u0966m'],
  ['loom', 'l\u3007\u3007m'],
  ['abcdefghjklmnopqrstuvwyz', 'ᴀʙᴄᴅᴇꜰɢʜᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ'],
  ['paypal', 'раураl'],
  ['PAYPAL', 'РАУРАL'],
  ['ABCEHKMOPTX', 'АВСЕНКМОРТХ'],
  ['ABEHIKMNOPTXYZ', 'ΑΒΕΗΙΚΜΝΟΡΤΧΥΖ'],
  ['file', 'ﬁle'],
  ['café', 'cаfе\u0301'],
])('%s and %s', (name, other) => {
  expect(lookAlike(other, ['something', name, 'else'])).toBe(name)
  expect(lookAlike(name, [other])).toBe(other)
})

test.each([
  ['loom', 'looms'],
  ['loom', 'room'],
  ['café', 'cafe'],
  ['modern', 'modem'],
  ['tool-2', 'tool-3'],
  ['данные', 'данных'],
  ['a', 'b'],
])('%s is not %s', (name, other) => {
  expect(lookAlike(name, [other])).toBeUndefined()
})

test('a name is taken for itself, and one skeleton has one skeleton', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(lookAlike(name, [name])).toBe(name)
      expect(skeletonOf(skeletonOf(name))).toBe(skeletonOf(name))
    }),
    { examples: [['ΑΒΕ'], ['СЕРВЕР'], ['_-.'], ['']] },
  )
})

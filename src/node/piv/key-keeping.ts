// How the management key of a token is kept: the notes that Yubico's programs leave on it ("pivman"), which ours follow.
import { concatSecret } from '../../core/secret.ts'
import type { Applet } from './applet.ts'
import { objectName, readObject, writeObject } from './objects.ts'
import { status, statusError } from './status.ts'
import { parseTlvMap, parseWholeTlv, toTlv } from './tlv.ts'

const pivmanObject = 0x5fff00
/** "Printed information" of the standard, which may be read only after the PIN: there the management key is kept. */
const protectedObject = 0x5fc109

export interface KeyKeeping {
  /** The management key lies on the token itself, readable after the PIN. */
  isStored: boolean
  /** It is computed from the PIN, in the way of very old programs: such a token must be changed with those. */
  isDerived: boolean
  pukBlocked: boolean
}

/** How the management key of this token is kept, as other programs noted it (Yubico's "pivman" object). */
export async function readKeyKeeping(piv: Applet): Promise<KeyKeeping> {
  const what = 'the note on the management key'
  const content = await readObject(piv, pivmanObject, `reading ${what}`)
  if (content === undefined) return { isStored: false, isDerived: false, pukBlocked: false }
  const fields = parseTlvMap(parseWholeTlv(content, 0x80, what), what)
  const flags = fields.get(0x81)?.[0] ?? 0
  return { isStored: (flags & 2) !== 0, isDerived: fields.has(0x82), pukBlocked: (flags & 1) !== 0 }
}

/** After the PIN was verified. The caller zeroes it. */
export async function readStoredManagementKey(piv: Applet): Promise<Uint8Array | undefined> {
  const what = 'the stored management key'
  const name = objectName(protectedObject)
  const { data, sw } = await piv.exchange({ ins: 0xcb, p1: 0x3f, p2: 0xff, data: name, secret: true })
  try {
    if (sw === status.noObject) return undefined
    if (sw !== status.ok) throw statusError(sw, `reading ${what}`)
    const content = parseWholeTlv(data, 0x53, what)
    if (content.length === 0) return undefined
    return parseTlvMap(parseWholeTlv(content, 0x88, what), what)
      .get(0x89)
      ?.slice()
  } finally {
    data.fill(0)
  }
}

/** Stores the management key so that the PIN gives access to it. Needs the management key; notes of others are kept. */
export async function writeStoredManagementKey(piv: Applet, managementKey: Uint8Array): Promise<void> {
  const doing = 'storing the management key on the token'
  const inner = toTlv(0x89, managementKey)
  const outer = toTlv(0x88, inner)
  const object = toTlv(0x53, outer)
  const data = concatSecret(objectName(protectedObject), object)
  try {
    await piv.send({ ins: 0xdb, p1: 0x3f, p2: 0xff, data, secret: true }, doing)
  } finally {
    for (const buffer of [inner, outer, object, data]) buffer.fill(0)
  }
  const what = 'the note on the management key'
  const before = await readObject(piv, pivmanObject, `reading ${what}`)
  const fields = new Map(before === undefined ? [] : parseTlvMap(parseWholeTlv(before, 0x80, what), what))
  fields.set(0x81, Uint8Array.of((fields.get(0x81)?.[0] ?? 0) | 2))
  // A key that is stored is not derived from the PIN any more.
  fields.delete(0x82)
  const parts = [...fields].sort(([a], [b]) => a - b).map(([tag, value]) => toTlv(tag, value))
  await writeObject(piv, pivmanObject, toTlv(0x80, ...parts), doing)
}

// Data objects of a PIV token: reading and writing them whole.
import { concatBytes } from '../../core/bytes.ts'
import type { Applet } from './applet.ts'
import { status, statusError } from './status.ts'
import { parseWholeTlv, toTlv } from './tlv.ts'

/** Undefined when the token has no such object, or an empty one. */
export async function readObject(piv: Applet, object: number, doing: string): Promise<Uint8Array | undefined> {
  const { data, sw } = await piv.exchange({ ins: 0xcb, p1: 0x3f, p2: 0xff, data: objectName(object) })
  if (sw === status.noObject) return undefined
  if (sw !== status.ok) throw statusError(sw, doing)
  const content = parseWholeTlv(data, 0x53, 'the stored object')
  return content.length === 0 ? undefined : content
}

/** An empty content deletes it. Needs the management key. */
export async function writeObject(piv: Applet, object: number, content: Uint8Array, doing: string): Promise<void> {
  const data = concatBytes(objectName(object), toTlv(0x53, content))
  await piv.send({ ins: 0xdb, p1: 0x3f, p2: 0xff, data }, doing)
}

/** The object's name, as commands give it. */
export function objectName(object: number): Uint8Array<ArrayBuffer> {
  return toTlv(0x5c, Uint8Array.of(object >> 16, (object >> 8) & 0xff, object & 0xff))
}

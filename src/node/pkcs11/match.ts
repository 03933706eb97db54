// Which token, and which key on it, an address means.
import { toHex } from '../../core/bytes.ts'
import type { Pkcs11Key } from './keys.ts'
import type { FoundToken } from './shelf.ts'
import type { KeyUri } from './uri.ts'

export function fitsToken(uri: KeyUri, { info, slot, module, path }: FoundToken): boolean {
  const texts: readonly (readonly [string | undefined, string])[] = [
    [uri.token, info.label],
    [uri.manufacturer, info.manufacturer],
    [uri.serial, info.serial],
    [uri.model, info.model],
    [uri.slotDescription, slot.description],
    [uri.slotManufacturer, slot.manufacturer],
    [uri.libraryManufacturer, module.library.manufacturer],
    [uri.libraryDescription, module.library.description],
    // A module is chosen among those that are configured; an address never makes us load one.
    [uri.modulePath, path],
    [uri.moduleName, moduleName(path)],
  ]
  if (texts.some(([wanted, found]) => wanted !== undefined && wanted !== found)) return false
  if (uri.slotId !== undefined && uri.slotId !== slot.number) return false
  return uri.libraryVersion === undefined || isVersion(uri.libraryVersion, module.library.version)
}

export function fitsKey(uri: KeyUri, { id, label, key }: Pkcs11Key): boolean {
  if (key === undefined) return false
  // Any of the three stands for the pair; a secret key or a data object signs nothing.
  if (uri.type === 'secret-key' || uri.type === 'data') return false
  // securesystemslib's signer knows no other keys.
  if (uri.form === 'hsm' && !key.scheme.startsWith('ecdsa')) return false
  if (uri.id !== undefined && toHex(uri.id) !== id) return false
  return uri.object === undefined || uri.object === label
}

/** Without what the operating system adds: "mypkcs11" of "/usr/lib/libmypkcs11.so.1". */
function moduleName(path: string): string {
  const file = path.split(/[/\\]/).at(-1) ?? ''
  return file.replace(/^lib/, '').replace(/\.(so|dylib|dll)(\.\d+)*$/i, '')
}

/** "3" is 3.0 (RFC 7512, section 2.3). */
function isVersion(wanted: string, found: string): boolean {
  return (wanted.includes('.') ? wanted : `${wanted}.0`) === found
}

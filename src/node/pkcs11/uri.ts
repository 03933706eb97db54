// The two ways in which other tools write down a key on a token: RFC 7512 "pkcs11:" and securesystemslib's "hsm:".
// Read strictly: what is unknown, doubled or damaged could name another key than its author meant.
import { parseUtf8, utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { visible } from '../../core/visible.ts'

/** Every attribute that is present must fit; an empty text fits only an empty field (RFC 7512, section 2.5). */
export interface KeyUri {
  form: 'pkcs11' | 'hsm'
  token?: string
  manufacturer?: string
  serial?: string
  model?: string
  libraryManufacturer?: string
  libraryDescription?: string
  libraryVersion?: string
  slotDescription?: string
  slotManufacturer?: string
  slotId?: number
  object?: string
  /** CKA_ID */
  id?: Uint8Array
  type?: ObjectType
  modulePath?: string
  moduleName?: string
  /** Where another tool would fetch the PIN. Kept, never followed: here a person is asked. */
  pinSource?: string
}

const objectTypes = ['public', 'private', 'cert', 'secret-key', 'data'] as const
export type ObjectType = (typeof objectTypes)[number]

type TextField = Exclude<keyof KeyUri, 'form' | 'slotId' | 'id' | 'type'>

/** In the order in which they are written. */
const pathTexts: readonly (readonly [string, TextField])[] = [
  ['token', 'token'],
  ['manufacturer', 'manufacturer'],
  ['serial', 'serial'],
  ['model', 'model'],
  ['library-manufacturer', 'libraryManufacturer'],
  ['library-description', 'libraryDescription'],
  ['library-version', 'libraryVersion'],
  ['slot-description', 'slotDescription'],
  ['slot-manufacturer', 'slotManufacturer'],
  ['object', 'object'],
]
const queryTexts: readonly (readonly [string, TextField])[] = [
  ['module-name', 'moduleName'],
  ['module-path', 'modulePath'],
  ['pin-source', 'pinSource'],
]
/** The names PyKCS11 has for the fields of CK_TOKEN_INFO. */
const hsmTexts: readonly (readonly [string, TextField])[] = [
  ['label', 'token'],
  ['manufacturerID', 'manufacturer'],
  ['serialNumber', 'serial'],
  ['model', 'model'],
]

const maxUriLength = 4096
/** PIV slot 9c, by the numbering of Yubico's module. */
const defaultHsmId = 2

// RFC 7512, section 2.3: unreserved characters and those that need no escape in the path, and in the query.
const pathText = /^[A-Za-z0-9\-._~:[\]@!$'()*+,=&]*$/
const queryText = /^[A-Za-z0-9\-._~:[\]@!$'()*+,=/?|]*$/
const hsmText = /^[A-Za-z0-9\-._~+]*$/

export function isKeyUri(text: string): boolean {
  // Our own ids ("pkcs11:SERIAL/02") have no attributes.
  return /^hsm:/i.test(text) || /^pkcs11:([a-z-]+=|\?|$)/i.test(text)
}

export function parseKeyUri(text: string): KeyUri {
  if (text.length > maxUriLength)
    return refuse(`the key address has ${text.length} characters, more than ${maxUriLength}`)
  const scheme = /^([A-Za-z0-9]+):/.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'pkcs11') return parsePkcs11Uri(text.slice('pkcs11:'.length))
  if (scheme === 'hsm') return parseHsmUri(text.slice('hsm:'.length))
  return refuse('the key address begins with neither pkcs11: nor hsm:')
}

function parsePkcs11Uri(rest: string): KeyUri {
  const mark = rest.indexOf('?')
  const path = mark < 0 ? rest : rest.slice(0, mark)
  const query = mark < 0 ? '' : rest.slice(mark + 1)
  const uri: KeyUri = { form: 'pkcs11' }
  for (const [name, value] of attributes(path, ';', pathText)) {
    const field = fieldOf(pathTexts, name)
    if (field !== undefined) uri[field] = parseText(value, name)
    else if (name === 'id') uri.id = unescaped(value, name)
    else if (name === 'type') uri.type = parseType(value)
    else if (name === 'slot-id') uri.slotId = parseSlotId(value)
    else refuse(`the key address has an unknown attribute ${visible(name)}`)
  }
  if (uri.libraryVersion !== undefined && !/^\d+(\.\d+)?$/.test(uri.libraryVersion)) {
    refuse('library-version of the key address is not a version')
  }
  for (const [name, value] of attributes(query, '&', queryText)) {
    if (name === 'pin-value') {
      throw new AppError({
        code: 'usage/invalid',
        message: 'the key address holds a PIN',
        hint: 'take pin-value out of it and change that PIN: it is no longer a secret',
      })
    }
    const field = fieldOf(queryTexts, name)
    if (field === undefined) return refuse(`the key address has an unknown attribute ${visible(name)}`)
    uri[field] = parseText(value, name)
    if (uri[field] === '') refuse(`${name} of the key address is empty`)
  }
  return uri
}

function parseHsmUri(rest: string): KeyUri {
  const mark = rest.indexOf('?')
  const number = mark < 0 ? rest : rest.slice(0, mark)
  if (!/^(0|[1-9]\d{0,2})?$/.test(number) || Number(number) > 255) {
    return refuse('the key number of the hsm: address is not one from 0 to 255')
  }
  const uri: KeyUri = { form: 'hsm', id: Uint8Array.of(number === '' ? defaultHsmId : Number(number)) }
  for (const [name, value] of attributes(mark < 0 ? '' : rest.slice(mark + 1), '&', hsmText)) {
    const field = fieldOf(hsmTexts, name)
    if (field === undefined) return refuse(`the key address has an unknown attribute ${visible(name)}`)
    // A form's spelling: a plus is a space.
    uri[field] = parseText(value.replaceAll('+', '%20'), name)
    if (uri[field] === '') refuse(`${name} of the key address is empty`)
  }
  return uri
}

/** name=value, each name once, each value still escaped. */
function attributes(text: string, separator: string, allowed: RegExp): Map<string, string> {
  const found = new Map<string, string>()
  if (text === '') return found
  for (const part of text.split(separator)) {
    const equals = part.indexOf('=')
    if (equals <= 0) refuse('the key address has an attribute without name or value')
    const [name, value] = [part.slice(0, equals), part.slice(equals + 1)]
    if (!allowed.test(value.replace(/%[0-9A-Fa-f]{2}/g, ''))) {
      refuse(`${visible(name)} of the key address has a character that must be escaped, or an escape that is damaged`)
    }
    if (found.has(name)) refuse(`the key address has the attribute ${visible(name)} twice`)
    found.set(name, value)
  }
  return found
}

function fieldOf(table: readonly (readonly [string, TextField])[], name: string): TextField | undefined {
  return table.find(([known]) => known === name)?.[1]
}

function unescaped(value: string, name: string): Uint8Array {
  const bytes: number[] = []
  for (let at = 0; at < value.length; at++) {
    const isEscape = value[at] === '%'
    bytes.push(isEscape ? Number.parseInt(value.slice(at + 1, at + 3), 16) : value.charCodeAt(at))
    if (isEscape) at += 2
  }
  if (name === 'id' && bytes.length === 0) refuse('id of the key address is empty')
  return Uint8Array.from(bytes)
}

function parseText(value: string, name: string): string {
  try {
    return parseUtf8(unescaped(value, name), name)
  } catch {
    // Its one failure: not UTF-8.
    return refuse(`${name} of the key address is not a text`)
  }
}

function parseType(value: string): ObjectType {
  return objectTypes.find((type) => type === value) ?? refuse('type of the key address is not a kind of object')
}

function parseSlotId(value: string): number {
  const number = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) refuse('slot-id of the key address is not a number')
  return number
}

export function toKeyUri(uri: KeyUri): string {
  const texts = (table: readonly (readonly [string, TextField])[], encode: (text: string) => string) =>
    table.flatMap(([name, field]) => {
      const value = uri[field]
      return value === undefined ? [] : [`${name}=${encode(value)}`]
    })
  if (uri.form === 'hsm') {
    const query = texts(hsmTexts, (text) => escapeText(text).replaceAll('%20', '+')).join('&')
    return `hsm:${uri.id?.[0] ?? defaultHsmId}${query === '' ? '' : `?${query}`}`
  }
  const path = texts(pathTexts, escapeText)
  if (uri.slotId !== undefined) path.push(`slot-id=${uri.slotId}`)
  if (uri.id !== undefined) path.push(`id=${escapeAll(uri.id)}`)
  if (uri.type !== undefined) path.push(`type=${uri.type}`)
  const query = texts(queryTexts, escapeText).join('&')
  return `pkcs11:${path.join(';')}${query === '' ? '' : `?${query}`}`
}

/** Everything but letters, digits and "-._" (and so without "~", "/" and "="). */
export function escapeText(text: string): string {
  return Array.from(utf8(text), (byte) => {
    const char = String.fromCharCode(byte)
    return /[A-Za-z0-9\-._]/.test(char) ? char : escapeByte(byte)
  }).join('')
}

/** An id is escaped whole (RFC 7512, section 2.3). */
function escapeAll(bytes: Uint8Array): string {
  return Array.from(bytes, escapeByte).join('')
}

function escapeByte(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

function refuse(message: string): never {
  throw new AppError({ code: 'usage/invalid', message, hint: 'copy the address of the key again' })
}

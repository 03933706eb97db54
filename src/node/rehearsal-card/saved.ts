// A rehearsal card as bytes, to be kept between two runs. JSON, in which its PINs and keys lie unprotected: they are for
// practice only, and the text itself says so.
import { createPrivateKey } from 'node:crypto'
import { parseBase64, toBase64, utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { asFields, field, list, parseJsonObject, text } from '../json-file.ts'
import type { CardKey, CardState, Secret } from './state.ts'

type Fields = ReturnType<typeof asFields>

const format = 'countersign rehearsal card 1'
const warning = 'The PINs and keys of this card are not protected. They are for practice only.'
const what = 'the saved rehearsal card'

export function saveState(serial: number, firmware: number, state: CardState): Uint8Array {
  const secret = ({ value, tries, left }: Secret) => ({ value: toBase64(value), tries, left })
  const { managementKey, attestation } = state
  const keys = [...state.keys].map(([slot, { privateKey, ...rest }]) => {
    const privateBytes = privateKey.export({ format: 'der', type: 'pkcs8' })
    return { slot, ...rest, privateKey: toBase64(privateBytes) }
  })
  const saved = {
    format,
    warning,
    serial,
    firmware,
    pin: secret(state.pin),
    puk: secret(state.puk),
    managementKey: { ...managementKey, value: toBase64(managementKey.value) },
    keys,
    objects: [...state.objects].map(([id, value]) => ({ id, value: toBase64(value) })),
    attestation: { root: toBase64(attestation.root), intermediates: attestation.intermediates.map(toBase64) },
  }
  return utf8(`${JSON.stringify(saved)}\n`)
}

export function parseState(saved: Uint8Array, serial: number): { firmware: number; state: CardState } {
  const names = ['pin', 'puk', 'managementKey', 'keys', 'objects', 'attestation']
  const all = parseJsonObject(saved, what, ['format', 'warning', 'serial', 'firmware', ...names])
  if (text(all, 'format', what) !== format) {
    throw new AppError({ code: 'format/unsupported', message: `${what} is not of this version` })
  }
  if (number(all, 'serial') !== serial) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${what} has serial number ${number(all, 'serial')} where ${serial} is expected`,
      hint: 'give each rehearsal card a file of its own',
    })
  }
  const management = field(all, 'managementKey', what, ['algorithm', 'value', 'touchPolicy'])
  const attestation = field(all, 'attestation', what, ['root', 'intermediates'])
  const objects = list(all, 'objects', what).map((value) => asFields(value, what, ['id', 'value']))
  const state: CardState = {
    pin: parseSecret(all, 'pin'),
    puk: parseSecret(all, 'puk'),
    managementKey: {
      algorithm: number(management, 'algorithm'),
      value: bytes(management, 'value'),
      touchPolicy: number(management, 'touchPolicy'),
    },
    keys: new Map(list(all, 'keys', what).map(parseKey)),
    objects: new Map(objects.map((object) => [number(object, 'id'), bytes(object, 'value')])),
    attestation: {
      root: bytes(attestation, 'root'),
      intermediates: list(attestation, 'intermediates', what).map((value) => parseBase64(String(value), what)),
    },
  }
  return { firmware: number(all, 'firmware'), state }
}

function parseSecret(all: Fields, name: string): Secret {
  const secret = field(all, name, what, ['value', 'tries', 'left'])
  return { value: bytes(secret, 'value'), tries: number(secret, 'tries'), left: number(secret, 'left') }
}

function parseKey(value: unknown): [number, CardKey] {
  const key = asFields(value, what, ['slot', 'algorithm', 'pinPolicy', 'touchPolicy', 'origin', 'privateKey'])
  const der = Buffer.from(bytes(key, 'privateKey'))
  const rest = {
    algorithm: number(key, 'algorithm'),
    pinPolicy: number(key, 'pinPolicy'),
    touchPolicy: number(key, 'touchPolicy'),
    origin: number(key, 'origin'),
  }
  try {
    return [number(key, 'slot'), { ...rest, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) }]
  } catch (cause) {
    throw new AppError({ code: 'format/malformed', message: `a key of ${what} cannot be read`, cause })
  }
}

function number(fields: Fields, name: string): number {
  const value = fields.get(name)
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new AppError({ code: 'format/malformed', message: `${what} is damaged: ${name} is not a number` })
}

function bytes(fields: Fields, name: string): Uint8Array {
  return parseBase64(text(fields, name, what), what)
}

// The file of enrolled keys, read strictly and written whole. Format: docs/formats/enrolled-keys.md
import { parseBase64, toBase64, utf8 } from '../core/bytes.ts'
import { AppError, type ErrorData } from '../core/error.ts'
import { isSameKey, keyLabel, parsePublicKeyPem, toPem } from '../core/key.ts'
import type { PublicKey } from '../core/signer.ts'
import type { Attestation, PinPolicy, TouchPolicy } from '../core/token.ts'
import { hasHidden } from '../core/visible.ts'
import { asFields, list, parseJsonObject, text } from './json-file.ts'

export interface StoredAttestation {
  verdict: Attestation['verdict']
  /** The name of the root it leads to; a claim unless the verdict is "verified". */
  root: string
  /** DER: statement, device, and authorities in between that are not built in. */
  certificates: readonly Uint8Array[]
}

export interface EnrolledKey {
  /** "piv:15835999/9c": where the key is; "fido:NAME" whichever token opens it. No two enrolled keys are in one place. */
  signerId: string
  key: PublicKey
  tokenName: string
  serial?: string
  slot: string
  firmware?: string
  pinPolicy?: PinPolicy
  touchPolicy?: TouchPolicy
  /** On a software token for practice. */
  rehearsal: boolean
  /** RFC 3339, UTC, whole seconds. */
  enrolledAt: string
  /** Absent: the key was adopted, nobody can prove where it was made. */
  attestation?: StoredAttestation
  /** Why the proof that stands in the file is not believed, found out at reading; never written. */
  attestationProblem?: ErrorData
}

export interface Holder {
  name: string
  keys: readonly EnrolledKey[]
}

export const fileName = 'enrolled-tokens.json'
const format = 'countersign enrolled tokens 1'
const maxCertificates = 8

const keyFields = [
  ...['signerId', 'key', 'algorithm', 'tokenName', 'serial', 'slot', 'firmware', 'pinPolicy', 'touchPolicy'],
  ...['rehearsal', 'enrolledAt', 'attestation'],
]
const pinPolicies: readonly PinPolicy[] = ['never', 'once', 'always', 'match-once', 'match-always']
const touchPolicies: readonly TouchPolicy[] = ['never', 'always', 'cached']
const verdicts: readonly Attestation['verdict'][] = ['verified', 'unknown-root', 'rehearsal']

type Fields = ReadonlyMap<string, unknown>

export function parseHolders(bytes: Uint8Array): Holder[] {
  const object = parseJsonObject(bytes, fileName, ['format', 'holders'])
  if (text(object, 'format', fileName) !== format) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${fileName} was written by another version of Countersign`,
      hint: 'update Countersign',
    })
  }
  const holders = list(object, 'holders', fileName).map((value): Holder => {
    const fields = asFields(value, fileName, ['name', 'keys'])
    const name = text(fields, 'name', fileName)
    const keys = list(fields, 'keys', fileName).map(parseKey)
    if (!isHolderName(name) || keys.length === 0) throw damaged('a holder has no name or no key')
    return { name, keys }
  })
  // One person may have the same key on two tokens; two people may not.
  const all = holders.flatMap((holder) => holder.keys.map((key) => ({ holder, ...key })))
  const isDoubled = all.some((one, index) =>
    all
      .slice(0, index)
      .some(
        (other) => one.signerId === other.signerId || (one.holder !== other.holder && isSameKey(one.key, other.key)),
      ),
  )
  if (isDoubled) throw damaged('a place stands twice, or a key belongs to two people')
  if (holders.some((one, index) => holders.slice(0, index).some((other) => isSameName(one.name, other.name)))) {
    throw damaged('a name stands twice')
  }
  return holders
}

function parseKey(value: unknown): EnrolledKey {
  const fields = asFields(value, fileName, keyFields)
  const key = parsePublicKeyPem(text(fields, 'key', fileName))
  if (text(fields, 'algorithm', fileName) !== keyLabel(key)) throw damaged('a key is not of its algorithm')
  const rehearsal = fields.get('rehearsal')
  if (typeof rehearsal !== 'boolean') throw damaged('rehearsal is neither true nor false')
  const enrolledAt = text(fields, 'enrolledAt', fileName)
  if (!isTime(enrolledAt)) throw damaged('enrolledAt is not a time')
  const attestation = parseAttestation(fields.get('attestation'))
  if (attestation !== undefined && (attestation.verdict === 'rehearsal') !== rehearsal) {
    throw damaged('a practice key and its proof disagree')
  }
  return {
    ...{ signerId: text(fields, 'signerId', fileName), key, tokenName: text(fields, 'tokenName', fileName) },
    ...optional('serial', textOrNull(fields, 'serial')),
    slot: text(fields, 'slot', fileName),
    ...optional('firmware', textOrNull(fields, 'firmware')),
    ...optional('pinPolicy', oneOfOrNull(fields, 'pinPolicy', pinPolicies)),
    ...optional('touchPolicy', oneOfOrNull(fields, 'touchPolicy', touchPolicies)),
    ...{ rehearsal, enrolledAt },
    ...optional('attestation', attestation),
  }
}

function parseAttestation(value: unknown): StoredAttestation | undefined {
  if (value === null) return undefined
  const fields = asFields(value, fileName, ['verdict', 'root', 'certificates'])
  const verdict = oneOfOrNull(fields, 'verdict', verdicts)
  const certificates = list(fields, 'certificates', fileName)
  if (verdict === undefined) throw damaged('a proof has no verdict')
  if (certificates.length < 2 || certificates.length > maxCertificates) throw damaged('a proof is not whole')
  const decoded = certificates.map((one) => {
    if (typeof one !== 'string') throw damaged('a certificate is not text')
    return parseBase64(one, 'a certificate')
  })
  return { verdict, root: text(fields, 'root', fileName), certificates: decoded }
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]: Value })
}

function textOrNull(fields: Fields, name: string): string | undefined {
  return fields.get(name) === null ? undefined : text(fields, name, fileName)
}

function oneOfOrNull<Value extends string>(fields: Fields, name: string, known: readonly Value[]): Value | undefined {
  const value = textOrNull(fields, name)
  const found = known.find((one) => one === value)
  if (value !== undefined && found === undefined) throw damaged(`${name} is not known`)
  return found
}

export function toHoldersBytes(holders: readonly Holder[]): Uint8Array {
  const content = holders.map(({ name, keys }) => ({ name, keys: keys.map(toEntry) }))
  return utf8(`${JSON.stringify({ format, holders: content }, undefined, 2)}\n`)
}

function toEntry(one: EnrolledKey): Record<string, unknown> {
  const { attestation } = one
  return {
    signerId: one.signerId,
    key: toPem(one.key),
    algorithm: keyLabel(one.key),
    tokenName: one.tokenName,
    serial: one.serial ?? null,
    slot: one.slot,
    firmware: one.firmware ?? null,
    pinPolicy: one.pinPolicy ?? null,
    touchPolicy: one.touchPolicy ?? null,
    rehearsal: one.rehearsal,
    enrolledAt: one.enrolledAt,
    attestation:
      attestation === undefined
        ? null
        : {
            verdict: attestation.verdict,
            root: attestation.root,
            certificates: attestation.certificates.map(toBase64),
          },
  }
}

export function isHolderName(name: string): boolean {
  return name.length > 0 && name.length <= 64 && name === name.trim() && !hasHidden(name)
}

export function isSameName(a: string, b: string): boolean {
  return a.normalize('NFKC').toLowerCase() === b.normalize('NFKC').toLowerCase()
}

function isTime(value: string): boolean {
  const time = new Date(value)
  return !Number.isNaN(time.getTime()) && `${time.toISOString().slice(0, 19)}Z` === value
}

export function damaged(why: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${fileName} is damaged: ${why}`,
    hint: 'restore the file from a backup, or move it away to start anew',
  })
}

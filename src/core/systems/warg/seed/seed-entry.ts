// Entries of version 0.1.0, the first proposal of this protocol: messages in the JSON form of Protocol Buffers, one entry a
// signature, hashes as "SHA256:" and keys and signatures as "ECDSA:", both with base64. They are read, and never written.
import { sha256 } from '@noble/hashes/sha2.js'
import { parseBase64, toBase64 } from '../../../bytes.ts'
import type { JsonValue } from '../../../json.ts'
import { inQuotes } from '../../../visible.ts'
import { listIn, objectIn, parseAnswer, textIn } from '../encoding/answer.ts'
import type { LogKind } from '../encoding/ids.ts'
import { parseWargKey, type WargKey } from '../encoding/key.ts'
import { checkVersion } from '../encoding/names.ts'
import { checkTime, type Time } from '../encoding/time.ts'
import { fault } from '../fault.ts'
import type { Permission } from '../log/record.ts'

export type SeedContent =
  | { kind: 'init'; key: WargKey }
  | { kind: 'update'; key: WargKey; allow: readonly Permission[]; deny: readonly Permission[] }
  | { kind: 'release'; version: string; digest: string }
  | { kind: 'yank'; version: string }

export interface SeedEntry {
  /** "SHA256:" and the hash of its bytes. */
  id: string
  prev?: string
  time: Time
  content: SeedContent
}

const seedPermissions: Readonly<Record<LogKind, Readonly<Record<string, Permission>>>> = {
  package: { UpdateAuth: 'update-auth', Release: 'release', Yank: 'yank' },
  operator: { UpdateAuth: 'update-auth', Commit: 'commit' },
}

const kinds: Readonly<Record<LogKind, readonly string[]>> = {
  package: ['init', 'updateAuth', 'release', 'yank'],
  operator: ['init', 'updateAuth'],
}

export function parseSeedEntry(kind: LogKind, bytes: Uint8Array, what: string): SeedEntry {
  const optional = kinds[kind].map((name) => `${name}?`)
  const entry = objectIn(parseAnswer(bytes, what), ['prev?', 'version', 'time', ...optional], what)
  if (entry.version !== '0.1.0') {
    throw fault('unknown-record-version', 'format/unsupported', `${what} is of another version than 0.1.0`)
  }
  const [name, second] = kinds[kind].filter((one) => Object.hasOwn(entry, one))
  if (name === undefined) throw fault('entry-without-content', 'format/malformed', `${what} says nothing`)
  if (second !== undefined) throw fault('entry-with-two', 'format/malformed', `${what} says two things`)
  return {
    id: `SHA256:${toBase64(sha256(bytes))}`,
    ...(entry.prev === undefined ? {} : { prev: checkSeedHash(textIn(entry.prev, what), `the link of ${what}`) }),
    time: parseTime(textIn(entry.time, what), what),
    content: parseContent(kind, name, entry[name], what),
  }
}

function parseContent(kind: LogKind, name: string, value: JsonValue | undefined, what: string): SeedContent {
  switch (name) {
    case 'init': {
      const init = objectIn(value, ['algorithm', 'key'], what)
      if (init.algorithm !== 'SHA256') {
        throw fault('hash-algorithm', 'format/unsupported', `${what} asks for another hash than SHA256`)
      }
      return { kind: 'init', key: parseSeedKey(textIn(init.key, what), what) }
    }
    case 'updateAuth': {
      const update = objectIn(value, ['key', 'allow?', 'deny?'], what)
      return {
        kind: 'update',
        key: parseSeedKey(textIn(update.key, what), what),
        allow: parsePermissions(kind, update.allow, what),
        deny: parsePermissions(kind, update.deny, what),
      }
    }
    case 'release': {
      const release = objectIn(value, ['version', 'digest'], what)
      const digest = checkSeedHash(textIn(release.digest, what), `the content in ${what}`)
      return { kind: 'release', version: checkVersion(textIn(release.version, what), what), digest }
    }
    default: {
      const yank = objectIn(value, ['version'], what)
      return { kind: 'yank', version: checkVersion(textIn(yank.version, what), what) }
    }
  }
}

function parsePermissions(kind: LogKind, value: JsonValue | undefined, what: string): Permission[] {
  return (value === undefined ? [] : listIn(value, what)).map((one) => {
    const name = textIn(one, what)
    const known = Object.hasOwn(seedPermissions[kind], name) ? seedPermissions[kind][name] : undefined
    if (known !== undefined) return known
    const text = `${what} has the permission “${inQuotes(name.slice(0, 40))}”, which nobody knows`
    throw fault('unknown-permission', 'format/malformed', text)
  })
}

function checkSeedHash(text: string, what: string): string {
  if (!text.startsWith('SHA256:')) {
    throw fault('bad-hash', 'format/unsupported', `${what} is of another kind than SHA256`)
  }
  if (/^SHA256:[A-Za-z0-9+/]{43}=$/.test(text) && parseBase64(text.slice(7), what).length === 32) return text
  throw fault('bad-hash', 'format/malformed', `${what} is not SHA256: and 32 bytes in base64`)
}

/** The point, as in the versions since; only the label is another. */
export function parseSeedKey(text: string, what: string): WargKey {
  if (text.startsWith('ECDSA:')) return parseWargKey(`ecdsa-p256:${text.slice(6)}`, `the key in ${what}`)
  throw fault('bad-key', 'format/unsupported', `the key in ${what} is of another kind than ECDSA`)
}

const iso = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

function parseTime(text: string, what: string): Time {
  const [, whole, fraction = '', zone] = iso.exec(text) ?? []
  const seconds = Date.parse(`${whole}${zone}`) / 1000
  if (whole !== undefined && !Number.isNaN(seconds)) {
    return checkTime({ seconds, nanos: Number(fraction.padEnd(9, '0')) }, what)
  }
  throw fault('bad-time', 'format/malformed', `${what} has “${inQuotes(text.slice(0, 40))}”, which is no time`)
}

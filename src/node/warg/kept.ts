// What this machine keeps of a pinned registry: which packages are watched there, for a registry lists none; who must approve changes
// of which log; how old its checkpoint may be. None of it is secret, and none comes from the registry.

import { AppError } from '../../core/error.ts'
import { jcsBytes } from '../../core/jcs.ts'
import { isObject, type JsonValue, parseJson } from '../../core/json.ts'
import { parseSubject } from '../../core/systems/warg/files.ts'
import { usualMaxAgeSeconds } from '../../core/systems/warg/registry.ts'
import { type Approvers, approversJson, parseApprovers } from '../../core/systems/warg/waiting/candidate.ts'
import type { Transport } from '../../core/transport.ts'

export interface WargKept {
  packages: readonly string[]
  approvers: ReadonlyMap<string, Approvers>
  maxAgeSeconds: number
}

const name = 'registry.json'
const format = 'countersign registry 1'
const maxFileBytes = 4 * 1024 * 1024
/** Each is asked for whenever the registry is looked at. */
const maxPackages = 500

export async function readKept(kept: Transport, signal: AbortSignal): Promise<WargKept> {
  return parseKept(await kept.read(name, maxFileBytes, signal))
}

/** `change`: what it should be, by what it is. */
export async function changeKept(
  kept: Transport,
  change: (now: WargKept) => WargKept,
  signal: AbortSignal,
): Promise<WargKept> {
  for (let tries = 1; ; tries++) {
    const bytes = await kept.read(name, maxFileBytes, signal)
    const next = change(parseKept(bytes))
    if (next.packages.length > maxPackages) throw tooMany()
    try {
      await kept.write(new Map([[name, keptBytes(next)]]), new Map([[name, bytes ?? null]]), 'registry', signal)
      return next
    } catch (thrown) {
      // A window and a terminal may both change it: what the other wrote is read again.
      if (tries === 3 || !(thrown instanceof AppError) || thrown.code !== 'source/conflict') throw thrown
    }
  }
}

function parseKept(bytes: Uint8Array | undefined): WargKept {
  if (bytes === undefined) return { packages: [], approvers: new Map(), maxAgeSeconds: usualMaxAgeSeconds }
  const value = parseJson(bytes, name).value()
  if (!isObject(value) || value.format !== format) throw damaged()
  const { packages, approvers, maxAgeSeconds } = value
  if (!Array.isArray(packages) || !isObject(approvers) || typeof maxAgeSeconds !== 'number') throw damaged()
  return {
    packages: packages.map((one: JsonValue) => {
      if (typeof one !== 'string') throw damaged()
      parseSubject(one)
      return one
    }),
    approvers: new Map(
      Object.entries(approvers).map(([subject, one]) => {
        parseSubject(subject)
        return [subject, parseApprovers(one, subject)] as const
      }),
    ),
    maxAgeSeconds,
  }
}

function keptBytes({ packages, approvers, maxAgeSeconds }: WargKept): Uint8Array {
  return jcsBytes({
    format,
    packages: [...new Set(packages)].sort(),
    approvers: Object.fromEntries([...approvers].map(([subject, one]) => [subject, approversJson(one)])),
    maxAgeSeconds,
  })
}

function tooMany(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `at most ${maxPackages} packages of a registry are watched`,
    hint: 'leave out those that you do not sign for: countersign warg unwatch SOURCE PACKAGE',
  })
}

function damaged(): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${name}, what is kept here of this registry, is damaged`,
    hint: 'forget the registry and pin it again',
  })
}

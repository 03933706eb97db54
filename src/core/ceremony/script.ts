// The script of a ceremony (docs/formats/script.md): read strictly, and refused unless it can be run to its end.
import { parseBase64, toBase64, toHex } from '../bytes.ts'
import { sha256 } from '../crypto.ts'
import { AppError } from '../error.ts'
import { jcsBytes } from '../jcs.ts'
import { isObject, type JsonObject, type JsonValue } from '../json.ts'
import { parsePublicKey } from '../key.ts'
import type { PublicKey } from '../signer.ts'
import {
  checkFields,
  listOf,
  malformed,
  matching,
  momentOf,
  objectOf,
  parseStrictDocument,
  sha256Digits,
  textOf,
} from '../transfer/strict-document.ts'
import { hasHidden } from '../visible.ts'
import { checkScript } from './script-rules.ts'

export const scriptFormat = 'countersign script 1'

export const roles = ['administrator', 'witness', 'signer', 'observer', 'custodian'] as const
export type Role = (typeof roles)[number]

export const stepKinds = [
  'say',
  'gate',
  'roll-call',
  'receive',
  'compare',
  'agree',
  'sign',
  'prove',
  'export',
  'close',
] as const
export type StepKind = (typeof stepKinds)[number]

export interface RosterKey {
  key: PublicKey
  label: string
  serial: string
  attested: boolean
}

export interface Person {
  name: string
  roles: readonly Role[]
  keys: readonly RosterKey[]
}

export interface Step {
  id: string
  kind: StepKind
  /** A role, or the name of a person. */
  who: string
  text: string
  expect: string
  after: readonly string[]
}

export interface Act {
  title: string
  steps: readonly Step[]
}

export interface ScriptRules {
  devices: number
  offline: boolean
  sandbox: boolean
  clockSeconds: number
}

export interface CeremonyScript {
  title: string
  purpose: string
  repository: string
  subject: string
  anchor: { title: string; digest: string } | null
  previous: string
  preparedAt: string
  people: readonly Person[]
  rules: ScriptRules
  acts: readonly Act[]
}

export const maxScriptBytes = 1024 * 1024

export function scriptBytes(script: CeremonyScript): Uint8Array {
  const { people, rules, acts, anchor, ...plain } = script
  const bytes = jcsBytes({
    format: scriptFormat,
    ...plain,
    anchor: anchor === null ? null : { ...anchor },
    rules: { ...rules },
    people: people.map(({ keys, name, roles: held }) => ({
      name,
      roles: [...held],
      keys: keys.map(({ key, ...rest }) => ({ key: toBase64(key.spki), ...rest })),
    })),
    acts: acts.map(({ title, steps }) => ({
      title,
      steps: steps.map((step) => ({ ...step, after: [...step.after] })),
    })),
  })
  parseScript(bytes, 'the script')
  return bytes
}

export async function scriptHash(bytes: Uint8Array): Promise<string> {
  return toHex(await sha256(bytes))
}

export function parseScript(bytes: Uint8Array, what: string): CeremonyScript {
  const value = parseStrictDocument(bytes, what, maxScriptBytes)
  if (value.format !== scriptFormat) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${what} is not a ${scriptFormat}`,
      hint: 'if it was written by a newer version of Countersign, update this one',
    })
  }
  const texts = ['title', 'purpose', 'repository', 'subject'] as const
  checkFields(value, ['format', ...texts, 'anchor', 'previous', 'preparedAt', 'people', 'rules', 'acts'], what)
  const [title = '', purpose = '', repository = '', subject = ''] = texts.map((name) => line(value[name], name, what))
  const script = {
    ...{ title, purpose, repository, subject },
    anchor: parseAnchor(value.anchor, what),
    previous: matching(value.previous, /^([0-9a-f]{64})?$/, 'previous', what),
    preparedAt: momentOf(value.preparedAt, 'preparedAt', what),
    people: listOf(value.people, 'people', what, 64).map((one) => parsePerson(one, what)),
    rules: parseRules(objectOf(value.rules, 'rules', what), what),
    acts: listOf(value.acts, 'acts', what, 100).map((one) => parseAct(one, what)),
  }
  checkScript(script, what)
  return script
}

/** Read aloud and printed: nothing in it hides, or turns around what follows. */
function line(value: JsonValue | undefined, field: string, what: string, maxLength = 2000): string {
  const text = textOf(value, field, what, maxLength)
  if (text.trim() === '') throw malformed(what, `${field} is empty`)
  if (hasHidden(text)) throw malformed(what, `${field} holds a character that cannot be seen`)
  return text
}

function parseAnchor(value: JsonValue | undefined, what: string): CeremonyScript['anchor'] {
  if (value === null) return null
  const anchor = objectOf(value, 'anchor', what)
  checkFields(anchor, ['title', 'digest'], `anchor in ${what}`)
  return {
    title: line(anchor.title, 'the title of the anchor', what),
    digest: matching(anchor.digest, sha256Digits, 'the digest of the anchor', what),
  }
}

function parsePerson(value: JsonValue, what: string): Person {
  const person = objectOf(value, 'a person', what)
  checkFields(person, ['name', 'roles', 'keys'], `a person in ${what}`)
  const name = line(person.name, 'a name', what, 100)
  const held = listOf(person.roles, 'roles', what, roles.length).map((role) => {
    const known = roles.find((one) => one === role)
    if (known === undefined) throw malformed(what, `${name} has a role that is not known`)
    return known
  })
  const keys = listOf(person.keys, 'keys', what, 16).map((key) => parseRosterKey(key, name, what))
  return { name, roles: held, keys }
}

function parseRosterKey(value: JsonValue, name: string, what: string): RosterKey {
  const key = objectOf(value, 'a key', what)
  checkFields(key, ['key', 'label', 'serial', 'attested'], `a key of ${name} in ${what}`)
  if (typeof key.attested !== 'boolean') throw malformed(what, `attested of a key of ${name} is neither true nor false`)
  return {
    key: parsePublicKey(parseBase64(textOf(key.key, 'a key', what, 4096), `a key of ${name}`)),
    label: line(key.label, 'the label of a key', what, 200),
    serial: textOf(key.serial, 'a serial number', what, 64),
    attested: key.attested,
  }
}

function parseRules(value: JsonObject, what: string): ScriptRules {
  checkFields(value, ['devices', 'offline', 'sandbox', 'clockSeconds'], `rules in ${what}`)
  const { offline, sandbox } = value
  if (typeof offline !== 'boolean' || typeof sandbox !== 'boolean')
    throw malformed(what, 'offline and sandbox are true or false')
  return {
    devices: within(value.devices, 2, 9, 'devices', what),
    clockSeconds: within(value.clockSeconds, 0, 3600, 'clockSeconds', what),
    offline,
    sandbox,
  }
}

function within(value: JsonValue | undefined, min: number, max: number, field: string, what: string): number {
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw malformed(what, `${field} is not a number from ${min} to ${max}`)
}

function parseAct(value: JsonValue, what: string): Act {
  if (!isObject(value)) throw malformed(what, 'an act is not an object')
  checkFields(value, ['title', 'steps'], `an act in ${what}`)
  const title = line(value.title, 'the title of an act', what, 200)
  const steps = listOf(value.steps, 'steps', what, 200).map((step) => parseStep(step, what))
  if (steps.length === 0) throw malformed(what, `the act “${title}” has no step`)
  return { title, steps }
}

function parseStep(value: JsonValue, what: string): Step {
  const step = objectOf(value, 'a step', what)
  checkFields(step, ['id', 'kind', 'who', 'text', 'expect', 'after'], `a step in ${what}`)
  const id = matching(step.id, /^[a-z0-9-]{1,60}$/, 'the id of a step', what)
  const kind = stepKinds.find((one) => one === step.kind)
  if (kind === undefined) throw malformed(what, `the step ${id} is of a kind that is not known`)
  return {
    ...{ id, kind },
    who: line(step.who, `who of ${id}`, what, 100),
    text: line(step.text, `the text of ${id}`, what),
    expect: textOf(step.expect, `what is expected of ${id}`, what, 2000),
    after: listOf(step.after, `after of ${id}`, what, 50).map((one) => textOf(one, `after of ${id}`, what, 60)),
  }
}

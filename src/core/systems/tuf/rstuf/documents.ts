// RSTUF carries metadata inside other JSON: each document is taken out as the exact text that stands there, and a document that
// gained a signature is put back in its place; nothing around it changes.
import { concatBytes } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import { parseJson } from '../../../json.ts'
import { entriesAt, type Span, textOf } from '../../../json-entries.ts'
import { visible } from '../../../visible.ts'
import { encodeRole } from '../names.ts'

/** What a file or an answer of RSTUF is, told by its members. */
export type RstufForm = 'answer' | 'ceremony' | 'update' | 'signature' | 'refusal'

/** undefined: something else, whatever its name. */
export function rstufFormOf(bytes: Uint8Array): RstufForm | undefined {
  const members = membersOf(bytes, 'the file')
  if (members.has('signed')) return undefined
  if (members.has('settings') && members.has('metadata')) return 'ceremony'
  if (members.has('signature') && members.has('role')) return 'signature'
  if (members.has('metadata')) return 'update'
  if (members.has('data')) return 'answer'
  return members.has('detail') && members.size === 1 ? 'refusal' : undefined
}

/** What each form holds and nothing else: what is sent whole must not hold anything that nobody was shown. */
const membersOfForm: Readonly<Record<RstufForm, ReadonlySet<string> | undefined>> = {
  // It is never sent, and a later service may say more in it; documents are taken from `data` alone.
  answer: undefined,
  ceremony: new Set(['settings', 'metadata', 'timeout']),
  update: new Set(['metadata']),
  signature: new Set(['role', 'signature']),
  refusal: new Set(['detail']),
}

/** Refuses a text in which the service could read something else than what is shown and signed here. */
export function verifyForm(bytes: Uint8Array, what: string): RstufForm | undefined {
  const form = rstufFormOf(bytes)
  if (form === undefined) return undefined
  const members = membersOf(bytes, what)
  const known = membersOfForm[form]
  const isForeign = (name: string): boolean =>
    known === undefined ? name !== 'data' && sentMembers.has(name) : !known.has(name)
  refuseForeign([...members.keys()].filter(isForeign), form, what)
  const timeout = form === 'ceremony' ? members.get('timeout') : undefined
  // Seconds that the service gives itself: no room for anything else.
  if (timeout !== undefined && !/^(null|\d{1,6})$/.test(textOf(bytes, timeout.start, timeout.end)))
    throw new AppError({ code: 'format/malformed', message: `the timeout of ${what} is no number of seconds` })
  return form
}

/** Of a payload: the service would take what stands in them. */
const sentMembers: ReadonlySet<string> = new Set(['settings', 'metadata', 'role', 'signature', 'signed', 'signatures'])

function refuseForeign(names: readonly string[], form: RstufForm, what: string): void {
  const [first] = names
  if (first === undefined) return
  throw new AppError({
    code: 'format/malformed',
    message: `${what} holds ${visible(first).slice(0, 60)}, which does not belong into ${called[form]}`,
    hint: 'do not sign or send it; ask whoever made it how it came there',
    data: { name: first },
  })
}

const called: Readonly<Record<RstufForm, string>> = {
  answer: 'an answer of the service',
  ceremony: 'the payload of a ceremony',
  update: 'the payload of an update',
  signature: 'the payload of a signature',
  refusal: 'a refusal',
}

/** By name: `pending/ROLE.json` what waits, `trusted/ROLE.json` what the other side says is in force. */
export function documentsIn(bytes: Uint8Array, what: string): Map<string, Uint8Array> {
  return new Map([...spansIn(bytes, what)].map(([name, { start, end }]) => [name, bytes.subarray(start, end)]))
}

/** The same text with another document in the place of one that stands in it. */
export function withDocument(bytes: Uint8Array, name: string, document: Uint8Array, what: string): Uint8Array {
  const span = spansIn(bytes, what).get(name)
  if (span === undefined) {
    throw new AppError({
      code: 'source/conflict',
      message: `${what} holds no ${name} any more`,
      hint: 'nothing was written; look again at what waits there',
    })
  }
  return concatBytes(bytes.subarray(0, span.start), document, bytes.subarray(span.end))
}

export function pendingName(role: string): string {
  return `${pendingFolder}${encodeRole(role)}.json`
}

export const pendingFolder = 'pending/'
export const trustedRoot = 'trusted/root.json'
export const trustedTargets = 'trusted/targets.json'
/** Of a ceremony: what stands beside its root. */
export const settingsName = 'settings.json'

/** The service names what is in force like the role, with this in front; a delegated role may be called so as well. */
const trustedMembers: ReadonlyMap<string, string> = new Map([
  ['trusted_root', trustedRoot],
  ['trusted_targets', trustedTargets],
])

function spansIn(bytes: Uint8Array, what: string): Map<string, Span> {
  const form = verifyForm(bytes, what)
  if (form === undefined || form === 'signature' || form === 'refusal') return new Map()
  const outer = membersOf(bytes, what)
  const data = outer.get('data')
  const inner = form !== 'answer' ? outer : data && objectAt(bytes, data, `data of ${what}`)
  const metadata = inner?.get('metadata')
  const documents = metadata === undefined ? undefined : objectAt(bytes, metadata, `metadata of ${what}`)
  // Only root can be made or changed by a payload.
  if (form !== 'answer')
    refuseForeign(
      [...(documents?.keys() ?? [])].filter((role) => role !== 'root'),
      form,
      what,
    )
  const settings = outer.get('settings')
  const spans = new Map<string, Span>(settings === undefined ? [] : [[settingsName, settings]])
  // A role without anything that waits may be left out, or be null.
  for (const [role, span] of documents ?? [])
    if (!isNull(bytes, span)) spans.set(trustedMembers.get(role) ?? pendingName(role), span)
  return spans
}

/** A service keeps a few roles for people; each name costs much more than its bytes. */
const maxNames = 4_096
/** Of the text, its data, and their metadata: what is deeper belongs to a document and is bounded there. */
const countedDepth = 3

/** Before anything is made of a text: how many names stand near its top, by its commas alone. */
export function checkFewNames(bytes: Uint8Array, what: string): void {
  let depth = 0
  let commas = 0
  let isText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (isText) {
      if (byte === 0x5c) at++
      else if (byte === 0x22) isText = false
    } else if (byte === 0x22) isText = true
    else if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) depth--
    else if (byte === 0x2c && depth <= countedDepth && ++commas >= maxNames) throw tooMany(what)
  }
}

function tooMany(what: string): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `${what} names more than ${maxNames} things, which no service for people does`,
    hint: 'ask the admin of the service',
  })
}

function membersOf(bytes: Uint8Array, what: string): ReadonlyMap<string, Span> {
  checkFewNames(bytes, what)
  return parseJson(bytes, what).members
}

/** undefined for null; the strict parser has accepted the text, and refused names that stand twice. */
function objectAt(bytes: Uint8Array, { start, end }: Span, what: string): Map<string, Span> | undefined {
  if (isNull(bytes, { start, end })) return undefined
  if (bytes[start] !== 0x7b) {
    throw new AppError({ code: 'format/malformed', message: `${what} is not an object` })
  }
  const entries = entriesAt(bytes, start)
  const members = new Map<string, Span>()
  for (let at = 0; at < entries.count; at++) {
    const key = entries.key(at)
    members.set(String(JSON.parse(textOf(bytes, key.start, key.end))), entries.value(at))
  }
  return members
}

function isNull(bytes: Uint8Array, { start, end }: Span): boolean {
  return textOf(bytes, start, Math.min(end, start + 5)) === 'null'
}
